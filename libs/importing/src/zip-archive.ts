import { Problem, RuleViolation } from "@kehu/contracts";
import { crc32 } from "node:zlib";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { ANY_RATIO_BYTES, MOST_ARCHIVE_ENTRIES, MOST_UNPACKED_BYTES, MOST_UNPACKED_RATIO } from "./limits.ts";

/** Entries with longer names are none of a table's, and 65,000 characters of name would cost memory. */
const LONGEST_NAME = 255;

/** The entries of a ZIP archive by name. What an entry says of its size is checked before it is read, and held to. */
export class ZipArchive {
  private readonly zip: ZipFile;
  private readonly entries: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.zip = zip;
    this.entries = entries;
  }

  /**
   * Opens an archive, which whoever opened it closes.
   *
   * @throws RuleViolation `import.file-damaged` where the archive is cut off or its names or sizes are impossible,
   *   `import.file-unpacked` where it has too many entries
   */
  static open(path: string): Promise<ZipArchive> {
    return told(async () => {
      const zip = await openPromise(path, { autoClose: false });
      try {
        return new ZipArchive(zip, await entriesOf(zip));
      } catch (error) {
        zip.close();
        throw error;
      }
    });
  }

  close(): void {
    this.zip.close();
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /**
   * @returns the unpacked bytes of an entry piece by piece
   * @param most bytes that the entry may have, unpacked
   * @param seen is told which part of the entry has been read, 0 to 1
   * @throws RuleViolation `import.file-damaged`, `import.file-encrypted`, and `import.file-unpacked` for an entry beyond the limits
   */
  async *read(
    name: string,
    most = MOST_UNPACKED_BYTES,
    seen: (part: number) => void = () => undefined,
  ): AsyncGenerator<Buffer, void> {
    const entry = this.entries.get(name);
    if (!entry) throw damaged();
    if (entry.isEncrypted())
      throw new RuleViolation("import.file-encrypted", "The file has a password. Save it without one.");
    const { compressedSize: packed, uncompressedSize: unpacked } = entry;
    const isBomb = unpacked > ANY_RATIO_BYTES && unpacked > packed * MOST_UNPACKED_RATIO;
    if (unpacked > most || isBomb) throw tooLarge();
    const stream = await told(() => this.zip.openReadStreamPromise(entry));
    const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
    let [bytes, sum] = [0, 0];
    try {
      for (;;) {
        const { value: chunk } = await told(() => chunks.next());
        if (!chunk) break;
        bytes += chunk.length;
        sum = crc32(chunk, sum);
        seen(bytes / unpacked);
        yield chunk;
      }
    } finally {
      stream.destroy();
    }
    if (sum !== entry.crc32) throw damaged();
  }
}

async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MOST_ARCHIVE_ENTRIES) throw tooLarge();
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry())
    if (entry.fileName.length <= LONGEST_NAME) entries.set(entry.fileName, entry);
  return entries;
}

/** What the archive cannot give is the file's fault, unless the disk is to blame. */
async function told<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Problem || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw damaged();
  }
}

/** The file is cut off, or not what a spreadsheet program writes. */
export const damaged = () =>
  new RuleViolation(
    "import.file-damaged",
    "The XLSX file is damaged or not complete. Open it in a spreadsheet program, save it anew and send that file.",
  );

const tooLarge = () =>
  new RuleViolation(
    "import.file-unpacked",
    "The XLSX file is far larger unpacked than a table should be. Save the sheet as CSV and send that file.",
  );

import { open } from "node:fs/promises";
import type { Fault } from "./fault.ts";

type FileKind = { format: "csv" | "xlsx"; code?: undefined } | (Fault & { format?: undefined });

/** How much of a file is looked at. */
const SAMPLE = 64 * 1024;

const OTHER_FORMATS: readonly (readonly [start: string, name: string])[] = [
  ["\x89PNG", "a picture (PNG)"],
  ["\xff\xd8\xff", "a picture (JPEG)"],
  ["GIF8", "a picture (GIF)"],
  ["%PDF-", "a PDF document"],
  ["{\\rtf", "a text document (RTF)"],
  ["\x1f\x8b", "a packed file (gzip)"],
  ["7z\xbc\xaf", "a packed file (7z)"],
  ["Rar!", "a packed file (RAR)"],
  ["SQLite format 3", "a database (SQLite)"],
  ["PAR1", "a Parquet file"],
  ["\x7fELF", "a program"],
];

/** Compound files of Microsoft ([MS-CFB]): .xls, and .xlsx with a password. */
const COMPOUND = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const ENCRYPTED_PACKAGE = Buffer.from("EncryptedPackage", "utf16le");

/**
 * @param isEncodingGiven the caller says how the text is encoded, so that zeros are no sign of another format
 * @returns the format of a file by its first bytes, or why it is no table
 */
export async function kindOfFile(path: string, isEncodingGiven: boolean): Promise<FileKind> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(SAMPLE), 0, SAMPLE, 0);
    return kindOf(buffer.subarray(0, bytesRead), isEncodingGiven);
  } finally {
    await file.close();
  }
}

function kindOf(sample: Buffer, isEncodingGiven: boolean): FileKind {
  const start = sample.toString("latin1", 0, 16);
  if (start === "") return { code: "import.file-empty", message: "The file is empty." };
  if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) return { format: "xlsx" };
  if (start.startsWith(COMPOUND)) return compound(sample);
  const other = OTHER_FORMATS.find(([first]) => start.startsWith(first));
  if (other) return { code: "import.file-binary", message: `This is ${other[1]}. ${EXPECTED}` };
  const hasMark = start.startsWith("\xff\xfe") || start.startsWith("\xfe\xff");
  return hasMark || isEncodingGiven ? { format: "csv" } : text(sample);
}

const EXPECTED = "Save the table as CSV (UTF-8) or XLSX and send that file.";

function compound(sample: Buffer): FileKind {
  return sample.includes(ENCRYPTED_PACKAGE)
    ? { code: "import.file-encrypted", message: "The file has a password. Save it without one and send it again." }
    : { code: "import.file-xls", message: `This is an old Excel file (.xls). ${EXPECTED}` };
}

/** Text holds hardly any control characters, and no zeros but in UTF-16, where they stand at every other place. */
function text(sample: Buffer): FileKind {
  let controls = 0;
  const zeros: [number, number] = [0, 0];
  sample.forEach((byte, at) => {
    if (byte === 0) zeros[(at % 2) as 0 | 1]++;
    else if (byte < 9 || (byte > 13 && byte < 32 && byte !== 26 && byte !== 27)) controls++;
  });
  const [even, odd] = zeros;
  if (even + odd + controls <= sample.length / 100) return { format: "csv" };
  if (controls === 0 && (even === 0 || odd === 0) && even + odd > 1)
    return {
      code: "import.file-encoding",
      message: `The file seems to be UTF-16 without a byte order mark. Save it as UTF-8, or name the encoding (utf-16${odd ? "le" : "be"}).`,
    };
  return { code: "import.file-binary", message: `This is no text. ${EXPECTED}` };
}

import { RuleViolation } from "@kehu/contracts";
import { createReadStream } from "node:fs";

/** Encodings of CSV files; the names are those of the Encoding Standard (https://encoding.spec.whatwg.org). */
export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "gb18030", "big5", "windows-1252"] as const;
export type TextEncoding = (typeof ENCODINGS)[number];

/**
 * Finds the encoding of a text file: by its byte order mark, else UTF-8 where the whole file is that, else GB18030 where
 * it is that. A text in another one can look like GB18030, so that people should see examples before they go on.
 *
 * @throws RuleViolation `import.file-encoding` naming the line where it is none of them
 */
export async function encodingOf(path: string): Promise<TextEncoding> {
  const marked = await markOf(path);
  if (marked) return marked;
  const bad = await firstBadLine(path, "utf-8");
  if (bad === null) return "utf-8";
  if ((await firstBadLine(path, "gb18030")) === null) return "gb18030";
  throw unreadable(bad);
}

const unreadable = (line: number) =>
  new RuleViolation(
    "import.file-encoding",
    `Line ${line} is neither UTF-8 nor GB18030. Save the file as UTF-8, or name its encoding: ${ENCODINGS.join(", ")}.`,
  );

async function markOf(path: string): Promise<TextEncoding | null> {
  for await (const chunk of createReadStream(path, { end: 1 }) as AsyncIterable<Buffer>) {
    if (chunk[0] === 0xff && chunk[1] === 0xfe) return "utf-16le";
    if (chunk[0] === 0xfe && chunk[1] === 0xff) return "utf-16be";
  }
  return null;
}

/** A byte that ends a line is part of no other character, in UTF-8 and in GB18030. */
const LINE_FEED = 10;

async function firstBadLine(path: string, encoding: "utf-8" | "gb18030"): Promise<number | null> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let line = 1;
  let last: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(path)) {
    if (!decodes(() => decoder.decode(chunk, { stream: true }))) return line + goodLines(chunk, encoding);
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) line++;
    last = chunk;
  }
  return decodes(() => decoder.decode()) ? null : line - (last.at(-1) === LINE_FEED ? 1 : 0);
}

/** How many lines of a chunk can be read before the one that cannot; the first may have begun in the chunk before. */
function goodLines(chunk: Buffer, encoding: string): number {
  let lines = 0;
  let start = chunk.indexOf(LINE_FEED) + 1;
  while (start > 0) {
    const end = chunk.indexOf(LINE_FEED, start) + 1;
    lines++;
    const from = start;
    const decoder = new TextDecoder(encoding, { fatal: true });
    if (!decodes(() => decoder.decode(chunk.subarray(from, end || chunk.length), { stream: end === 0 }))) return lines;
    start = end;
  }
  return 0;
}

function decodes(decode: () => string): boolean {
  try {
    decode();
    return true;
  } catch {
    return false;
  }
}

const chunksOf = (path: string) => createReadStream(path, { highWaterMark: 64 * 1024 }) as AsyncIterable<Buffer>;

/**
 * @param seen is told how many bytes have been read
 * @returns the text of a file piece by piece, without its byte order mark
 * @throws RuleViolation `import.file-encoding` where it is not in this encoding
 */
export async function* textOf(
  path: string,
  encoding: TextEncoding,
  seen: (bytes: number) => void = () => undefined,
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let bytes = 0;
  const decode = (chunk?: Buffer) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw new RuleViolation(
        "import.file-encoding",
        `The file is not in ${encoding}, from byte ${bytes} on or a little later. Save it as UTF-8, or name another encoding.`,
      );
    }
  };
  for await (const chunk of chunksOf(path)) {
    yield decode(chunk);
    bytes += chunk.length;
    seen(bytes);
  }
  yield decode();
}

/** The code with which a file is refused as a whole, or what becomes of each of its rows: `ok` or a code. */
export type TableOutcome = string | string[];

/** A file that is not as it should be: what is wrong with it, and what becomes of it. */
export type BrokenFile = [what: string, content: () => string | Uint8Array, outcome: TableOutcome];

/** @returns bytes, given as texts in Latin-1 and as numbers */
export const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));

/** @returns a text in UTF-16, the lower byte first */
export const utf16 = (text: string) => Buffer.from(text, "utf16le");

import { csvHead, csvRows, type Subject } from "@kehu/records";

/** Rows of one kind: records of a resource, or what else names the person. */
export interface Kind {
  name: string;
  records: readonly Readonly<Record<string, unknown>>[];
}

/** A file of the archive, piece by piece, so that no whole one is in memory beside its rows. */
export interface ArchiveFile {
  name: string;
  pieces: Iterable<string>;
}

interface About {
  exportedAt: Date;
  exportedBy: { type: string; id: string };
  subject: Subject;
  /** Null for a person who was not erased. */
  erasedAt: string | null;
}

/** Raised when files or their fields change their meaning. */
const FORMAT_VERSION = 1;
const ROWS = 500;

const READ_ME =
  "Everything that Kehu holds about one person: records, deleted ones among them (deletedAt), and in `history` how they " +
  "changed. Each kind of which there is any stands in two files with the same rows, JSON and CSV (UTF-8; a cell that a " +
  "spreadsheet would take for a formula has an apostrophe in front). Ids refer to records of this archive where it has them.";
const ERASED =
  " The person was erased: what said who he was, and how he was reached, is gone for good. This is what remains.";

/** The files of an export: a JSON and a CSV file per kind, and `manifest.json`. */
export function* filesOf(about: About, kinds: readonly Kind[]): Generator<ArchiveFile> {
  yield { name: "manifest.json", pieces: [manifestOf(about, kinds)] };
  for (const { name, records } of kinds) {
    if (records.length === 0) continue;
    yield { name: `${name}.json`, pieces: jsonOf(records) };
    yield { name: `${name}.csv`, pieces: csvOf(records) };
  }
}

function manifestOf({ exportedAt, exportedBy, subject, erasedAt }: About, kinds: readonly Kind[]): string {
  const counts = Object.fromEntries(kinds.map(({ name, records }) => [name, records.length]));
  const readMe = READ_ME + (erasedAt === null ? "" : ERASED);
  const manifest = { formatVersion: FORMAT_VERSION, readMe, exportedAt, exportedBy, ...subject, erasedAt, counts };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function* pagesOf<T>(rows: readonly T[]): Generator<T[]> {
  for (let at = 0; at < rows.length; at += ROWS) yield rows.slice(at, at + ROWS);
}

function* jsonOf(records: Kind["records"]): Generator<string> {
  let before = "[\n";
  for (const page of pagesOf(records)) {
    yield before + page.map((row) => JSON.stringify(row)).join(",\n");
    before = ",\n";
  }
  yield "\n]\n";
}

function* csvOf(records: Kind["records"]): Generator<string> {
  const columns = [...new Set(records.flatMap((row) => Object.keys(row)))];
  yield csvHead(columns);
  for (const page of pagesOf(records)) yield csvRows(columns, page);
}

import { stringify } from "csv-stringify/sync";
import { Readable } from "node:stream";
import type { EntryView } from "./audit-entries.queries.ts";

const COLUMNS = [
  "id",
  "at",
  "recordedAt",
  "action",
  "outcome",
  "actorType",
  "actorId",
  "actorName",
  "sessionId",
  "address",
  "requestId",
  "method",
  "path",
  "status",
  "code",
  "recordType",
  "recordId",
  "version",
  "changed",
  "eventId",
];

/** Entries as CSV (RFC 4180), a page at a time: the next one is read when whoever takes it has room. */
export function csvOf(pages: AsyncIterable<readonly EntryView[]>): Readable {
  return Readable.from(textOf(pages), { objectMode: false, highWaterMark: 64 * 1024 });
}

async function* textOf(pages: AsyncIterable<readonly EntryView[]>): AsyncGenerator<string> {
  // Without the mark, Excel takes names in Chinese for Latin letters.
  yield `\uFEFF${COLUMNS.join(",")}\r\n`;
  for await (const entries of pages) {
    // A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    yield stringify(entries.map(cells), { columns: COLUMNS, record_delimiter: "windows", escape_formulas: true });
  }
}

function cells({ actor, record, at, recordedAt, changed, ...entry }: EntryView): Record<string, unknown> {
  return {
    ...entry,
    at: at.toISOString(),
    recordedAt: recordedAt.toISOString(),
    actorType: actor?.type,
    actorId: actor?.id,
    actorName: actor?.name,
    recordType: record?.type,
    recordId: record?.id,
    changed: changed?.join(" "),
  };
}

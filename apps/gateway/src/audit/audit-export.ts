import { csvHead, csvRows } from "@kehu/records";
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
  yield csvHead(COLUMNS);
  for await (const entries of pages) yield csvRows(COLUMNS, entries.map(cells));
}

function cells({ actor, record, changed, ...entry }: EntryView): Record<string, unknown> {
  return {
    ...entry,
    actorType: actor?.type,
    actorId: actor?.id,
    actorName: actor?.name,
    recordType: record?.type,
    recordId: record?.id,
    changed: changed?.join(" "),
  };
}

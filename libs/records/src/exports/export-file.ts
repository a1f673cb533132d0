import { RuleViolation } from "@kehu/contracts";
import type { Database } from "@kehu/database";
import type { PersonKey } from "@kehu/personal-data";
import { APPEND, CLEAR, READ } from "./export-jobs.ts";

/** Bytes of a piece. */
const PIECE = 64 * 1024;
/** Bytes of a file, at most. */
export const MOST_BYTES = 500 * 1024 * 1024;

/** Another process has taken the job over, or the download: this one ends without a word. */
export class LeaseLost extends Error {
  constructor(id: string) {
    super(`The export ${id} has another worker now.`);
  }
}

const placeOf = (id: string, n: number) => `export_chunk ${id} ${n}`;

/**
 * Writes a file in sealed pieces, each of which extends the lease.
 *
 * @param rowsSoFar of the file
 * @returns how many bytes
 * @throws LeaseLost
 * @throws RuleViolation `export.too-large`
 */
export async function storeFile(
  database: Database,
  job: { id: string; worker: string },
  key: PersonKey,
  file: AsyncIterable<Buffer>,
  rowsSoFar: () => number,
): Promise<number> {
  let bytes = 0;
  let n = 0;
  for await (const piece of piecesOf(file)) {
    bytes += piece.length;
    if (bytes > MOST_BYTES)
      throw new RuleViolation(
        "export.too-large",
        `A file has at most ${MOST_BYTES} bytes. Ask for fewer records or fields.`,
      );
    const values = [job.id, job.worker, rowsSoFar(), piece.length, n, key.sealBytes(piece, placeOf(job.id, n))];
    const stored = await database.query(APPEND, values);
    if (stored.length === 0) throw new LeaseLost(job.id);
    n += 1;
  }
  return bytes;
}

async function* piecesOf(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of file) {
    parts.push(part);
    size += part.length;
    if (size < PIECE) continue;
    yield Buffer.concat(parts);
    parts = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(parts);
}

/**
 * Reads a file piece by piece, as fast as it is taken; each extends the claim.
 *
 * @param bytes how many there are
 * @throws LeaseLost where the file is gone, or another download has begun
 */
export async function* readFile(
  database: Database,
  id: string,
  download: string,
  key: PersonKey,
  bytes: number,
): AsyncGenerator<Buffer> {
  let left = bytes;
  for (let n = 0; left > 0; n++) {
    const [row] = await database.query<{ sealed: Buffer }>(READ, [id, download, n]);
    if (!row) throw new LeaseLost(id);
    const piece = key.openBytes(row.sealed, placeOf(id, n));
    left -= piece.length;
    yield piece;
  }
}

/** Removes the pieces of a file, not all in one statement: there may be thousands of them. */
export async function removeFile(database: Database, id: string): Promise<void> {
  while ((await database.query(CLEAR, [id])).length > 0);
}

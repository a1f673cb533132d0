import { Problem } from "@kehu/contracts";
import { Database, type Queryable, type Tx } from "@kehu/database";
import { PersonalData, type PersonKey } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Resource } from "../resource.ts";
import { ABANDONED, ENDED_LONG_AGO, OLD } from "./import-job.ts";
import { newFile, type LocalFile } from "./local-files.ts";

/** Bytes of one piece in the database. */
const CHUNK = 256 * 1024;

const place = (jobId: string, n: number) => `import ${jobId} ${n}`;

/**
 * Files of imports, in the database: whichever replica works on one finds it there. One with records about persons is
 * encrypted with a key of its own, which is destroyed with the file.
 */
@Injectable()
export class ImportFiles {
  constructor(
    private readonly database: Database,
    private readonly personal: PersonalData,
  ) {}

  /** @returns the key of a file; none where it needs none */
  async keyFor(tx: Tx, { person }: Resource, jobId: string): Promise<PersonKey | undefined> {
    return person && (await this.personal.keysFor(tx, [jobId])).get(jobId);
  }

  /**
   * Stores a file as it comes, piece by piece: the client may take his time.
   *
   * @returns how many bytes it has
   */
  async store(jobId: string, key: PersonKey | undefined, file: AsyncIterable<Buffer>): Promise<number> {
    let bytes = 0;
    let n = 0;
    for await (const chunk of inPieces(file)) {
      const stored = key ? Buffer.from(key.seal(chunk.toString("base64"), place(jobId, n))) : chunk;
      await this.database.query("INSERT INTO import_chunk (job_id, n, bytes) VALUES ($1, $2, $3)", [jobId, n, stored]);
      bytes += chunk.length;
      n += 1;
    }
    return bytes;
  }

  /** @returns the file on this machine's disk, from which the caller removes it */
  async toDisk(jobId: string, { person }: Resource): Promise<LocalFile> {
    const file = await newFile();
    try {
      const [first] = await this.database.query("SELECT FROM import_chunk WHERE job_id = $1 LIMIT 1", [jobId]);
      if (!first) throw new Problem(410, "import.file-gone", "The file of this import is not kept any more.");
      const content = Readable.from(this.pieces(jobId, person !== undefined));
      await pipeline(content, createWriteStream(file.path, { mode: 0o600 }));
      return file;
    } catch (error) {
      await file.remove();
      throw error;
    }
  }

  /**
   * Removes the files of imports that ended long ago, with their keys; later the imports themselves.
   *
   * @param resources those with whose files it is done
   */
  async forgetOld(resources: ReadonlyMap<string, Resource>): Promise<void> {
    await this.database.query(ABANDONED);
    for (const { id, resource } of await this.database.query<{ id: string; resource: string }>(OLD)) {
      await this.database.transaction(async (tx) => {
        await tx.query("DELETE FROM import_chunk WHERE job_id = $1", [id]);
        if (resources.get(resource)?.person) await this.personal.destroy(tx, id);
      });
    }
    await this.database.query(ENDED_LONG_AGO);
  }

  private async *pieces(jobId: string, isSealed: boolean): AsyncGenerator<Buffer> {
    for (let n = 0; ; n++) {
      const [row] = await this.database.query<{ bytes: Buffer }>(
        "SELECT bytes FROM import_chunk WHERE job_id = $1 AND n = $2",
        [jobId, n],
      );
      if (!row) return;
      yield isSealed ? await this.open(this.database, jobId, n, row.bytes) : row.bytes;
    }
  }

  private async open(queryable: Queryable, jobId: string, n: number, bytes: Buffer): Promise<Buffer> {
    const [opened] = await this.personal.openAll(queryable, [{ value: bytes.toString(), place: place(jobId, n) }]);
    return Buffer.from(String(opened), "base64");
  }
}

/** At least one: a file without a piece is one that is not kept any more. */
async function* inPieces(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let size = 0;
  let isEmpty = true;
  for await (const part of file) {
    waiting.push(part);
    size += part.length;
    while (size >= CHUNK) {
      const whole = Buffer.concat(waiting);
      yield whole.subarray(0, CHUNK);
      isEmpty = false;
      waiting = [whole.subarray(CHUNK)];
      size -= CHUNK;
    }
  }
  if (size > 0 || isEmpty) yield Buffer.concat(waiting);
}

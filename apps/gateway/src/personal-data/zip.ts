import { Zip, ZipDeflate } from "fflate";
import { Readable } from "node:stream";
import { setImmediate as pause } from "node:timers/promises";
import type { ArchiveFile } from "./subject-files.ts";

/** A ZIP archive as a stream. Other requests are served between two pieces. */
export function zipOf(files: Iterable<ArchiveFile>): Readable {
  return Readable.from(bytesOf(files), { objectMode: false, highWaterMark: 64 * 1024 });
}

async function* bytesOf(files: Iterable<ArchiveFile>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, bytes) => {
    if (error) throw error;
    ready.push(bytes);
  });
  for (const { name, pieces } of files) {
    const file = new ZipDeflate(name);
    zip.add(file);
    for (const piece of pieces) {
      file.push(Buffer.from(piece));
      await pause();
      yield* ready.splice(0);
    }
    file.push(new Uint8Array(0), true);
  }
  zip.end();
  yield* ready;
}

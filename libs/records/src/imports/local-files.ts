import { isAlive } from "@kehu/database";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file of this process, for a while. */
export interface LocalFile {
  path: string;
  remove(): Promise<void>;
}

/** What they are in names the process, so that others know whose it was. */
const FOLDER = /^kehu-import-(\d+)-/;

/** @returns where a file may be made that nobody else reads */
export async function newFile(): Promise<LocalFile> {
  const folder = await mkdtemp(join(tmpdir(), `kehu-import-${process.pid}-`));
  return { path: join(folder, "file"), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Removes the files of processes that were killed: what is in them must not stay. */
export async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = FOLDER.exec(name) ?? [];
    if (pid === undefined) continue;
    const folder = join(tmpdir(), name);
    const isLeft = Number(pid) === process.pid ? await isOlderThanThis(folder) : !isAlive(Number(pid));
    if (isLeft) await rm(folder, { recursive: true, force: true });
  }
}

/** In a container every life of a process may have the same number. */
async function isOlderThanThis(folder: string): Promise<boolean> {
  const { mtimeMs } = await stat(folder);
  return mtimeMs < Date.now() - process.uptime() * 1_000;
}

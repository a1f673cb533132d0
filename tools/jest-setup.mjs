import { readdirSync, statfsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedCluster, freePorts, isAlive } from "../libs/database/src/embedded/index.ts";

const PREFIX = "kehu-test-";
const SPACE_NEEDED = 1024 ** 3;

/** Nothing in a test survives a crash of the machine, so these data need not. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: 200,
  shared_buffers: "128MB",
  jit: "off",
};

/** Memory where there is enough of it, else the disk. */
function baseFolder() {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    return bavail * bsize > SPACE_NEEDED ? "/dev/shm" : tmpdir();
  } catch {
    return tmpdir();
  }
}

function clusterIn(folder, port = 0) {
  const logFile = join(folder, "postgres.log");
  return new EmbeddedCluster({ folder: join(folder, "data"), port, password: "test", settings: SETTINGS, logFile });
}

/** A run that was killed leaves its server; the folder names the process that started it. */
async function removeLeftovers(base) {
  for (const name of readdirSync(base).filter((entry) => entry.startsWith(PREFIX))) {
    if (isAlive(Number(name.slice(PREFIX.length)))) continue;
    await clusterIn(join(base, name)).endLeftovers();
    await rm(join(base, name), { recursive: true, force: true });
  }
}

/** Starts one Postgres for the whole run, unless TEST_DATABASE_URL names one; libs/testing makes databases in it. */
export default async function setUp() {
  if (process.env.TEST_DATABASE_URL) return;
  const base = baseFolder();
  await removeLeftovers(base);
  const folder = join(base, `${PREFIX}${process.pid}`);
  await mkdir(folder, { mode: 0o755 });
  const [port] = await freePorts(1);
  const cluster = clusterIn(folder, port);
  await cluster.start();
  process.env.TEST_DATABASE_URL = cluster.url;
  globalThis.stopTestCluster = async () => {
    await cluster.stop();
    await rm(folder, { recursive: true });
  };
}

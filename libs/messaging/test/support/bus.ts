import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedCluster, freePorts, isAlive } from "@kehu/database/embedded";

/** A message as it stands on the bus. */
export interface Message {
  key: string | null;
  value: string | null;
}

/** A bus under test, and what its tests must do to it from outside. */
export interface Bus {
  /** For the services; none means the Postgres log. */
  readonly kafkaBrokers: readonly string[];
  /** Removes all topics. */
  empty(): Promise<void>;
  /** Puts messages on a topic as a stranger would. */
  produce(topic: string, messages: readonly Message[]): Promise<void>;
  /** Everything on a topic; in order per key. */
  read(topic: string): Promise<Message[]>;
  /** Takes the broker away and back; null where it is the database. */
  broker: { kill(): Promise<void>; start(): Promise<void> } | null;
}

/** A Postgres of the test's own. */
export interface OwnPostgres {
  url: string;
  kill(): Promise<void>;
  start(): Promise<unknown>;
  remove(): Promise<void>;
}

const PREFIX = "kehu-conformance-";

/** Of a test run that was killed, and left its server. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) && Number(name.slice(PREFIX.length).split("-")[0]);
    if (!pid || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    const options = { folder: join(folder, "data"), port: 0, password: "", settings: {}, logFile: "" };
    await new EmbeddedCluster(options).endLeftovers();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Starts one, which `testDatabase` uses from then on.
 *
 * @param more settings as in postgresql.conf
 */
export async function startPostgres(more: Record<string, string> = {}): Promise<OwnPostgres> {
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // The server runs under an account of its own.
  await chmod(folder, 0o755);
  const [port] = await freePorts(1);
  // A kill of the server loses nothing that it gave to the system; a page that was half written is repaired from the log.
  const settings = { fsync: "off", max_connections: 200, ...more };
  const logFile = join(folder, "postgres.log");
  const cluster = new EmbeddedCluster({
    folder: join(folder, "data"),
    port: port!,
    password: "test",
    settings,
    logFile,
  });
  let server = await cluster.start();
  process.env["TEST_DATABASE_URL"] = cluster.url;
  process.once("exit", () => server.kill("SIGKILL"));
  return {
    url: cluster.url,
    async kill() {
      const exit = once(server, "exit");
      server.kill("SIGKILL");
      await exit;
    },
    async start() {
      server = await cluster.start();
    },
    async remove() {
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

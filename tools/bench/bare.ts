import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { freePorts } from "@kehu/database/embedded";
import type { Client } from "pg";
import { NODE_FLAGS } from "../start/environment.ts";
import type { Measured } from "./rounds.ts";
import type { Watched } from "./usage.ts";

const GATEWAY = new URL("./bare-gateway.ts", import.meta.url);
const SERVICE = new URL("./bare-service.ts", import.meta.url);

/**
 * The least that two hops and one statement can cost, on the same Postgres and with the same flags of Node: a table of its
 * own with the same rows.
 */
export class Bare implements Measured {
  readonly url: string;
  private readonly children: Readonly<Record<string, ChildProcess>>;
  private readonly server: number;

  private constructor(url: string, children: Record<string, ChildProcess>, server: number) {
    this.url = url;
    this.children = children;
    this.server = server;
  }

  /** @param postmaster process of the Postgres that has the database */
  static async start(database: Client, databaseUrl: string, postmaster: number): Promise<Bare> {
    await database.query(`
      CREATE SCHEMA bare;
      CREATE TABLE bare.account (LIKE customer.account INCLUDING ALL);
      INSERT INTO bare.account SELECT * FROM customer.account;
      ANALYZE bare.account`);
    const [front = 0, back = 0] = await freePorts(2);
    const url = `http://127.0.0.1:${front}`;
    const children = {
      "bare gateway": run(GATEWAY, String(front), `http://127.0.0.1:${back}`),
      "bare service": run(SERVICE, String(back), databaseUrl),
    };
    const bare = new Bare(url, children, postmaster);
    for (let tries = 0; tries < 200; tries++, await wait(50)) {
      const reply = await fetch(`${url}/v1/accounts?limit=1`).catch(() => undefined);
      if (reply?.ok) return bare;
    }
    await bare.stop();
    throw new Error("The baseline does not start.");
  }

  services(): Watched[] {
    return Object.entries(this.children).map(([name, { pid }]) => ({ name, pid: pid! }));
  }

  postmaster(): number {
    return this.server;
  }

  signIn(): Promise<void> {
    return Promise.resolve();
  }

  authorization(): undefined {
    return undefined;
  }

  untilLevel(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    for (const child of Object.values(this.children)) {
      if (child.exitCode !== null) continue;
      child.kill();
      await once(child, "exit");
    }
  }
}

function run(program: URL, ...args: string[]): ChildProcess {
  const flags = [...NODE_FLAGS, "--disable-warning=ExperimentalWarning"];
  return spawn(process.execPath, [...flags, fileURLToPath(program), ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

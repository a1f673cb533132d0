import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { freePorts } from "@kehu/database/embedded";
import type { Watched } from "./usage.ts";

const ROOT = join(import.meta.dirname, "../..");
const PATIENCE_MS = 120_000;

interface Freshness {
  level: boolean;
}

/** Somebody who signs in with a password. */
interface Person {
  readonly email: string;
  readonly password: string;
}

/** A Kehu of its own in a temporary folder, run the way a person runs it. */
export class Kehu {
  readonly url: string;
  /** The administrator. */
  readonly email = "bench@kehu.local";
  readonly password: string;
  private readonly tree: string;
  private readonly dataDir: string;
  private readonly port: number;
  private starter: ChildProcess | undefined;
  private output = "";
  /** Who sends the requests that are measured. */
  private caller: Person = this;
  private token = "";
  private callerToken = "";

  private constructor(tree: string, dataDir: string, port: number, password: string) {
    this.tree = tree;
    this.dataDir = dataDir;
    this.port = port;
    this.password = password;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @param tree the repository, or a copy of it, built */
  static async make(tree = ROOT): Promise<Kehu> {
    return Kehu.in(mkdtempSync(join(tmpdir(), "kehu-bench-")), tree, randomBytes(24).toString("base64url"));
  }

  /** Another one with the same data, for which this one must not run. */
  async twin(tree: string): Promise<Kehu> {
    const dataDir = mkdtempSync(join(tmpdir(), "kehu-bench-"));
    execFileSync("cp", ["-a", `${this.dataDir}/.`, dataDir]);
    const twin = await Kehu.in(dataDir, tree, this.password);
    twin.caller = this.caller === this ? twin : this.caller;
    return twin;
  }

  private static async in(dataDir: string, tree: string, password: string): Promise<Kehu> {
    // As root the database server has an account of its own, which must get in.
    chmodSync(dataDir, 0o755);
    const [port = 0] = await freePorts(1);
    return new Kehu(tree, dataDir, port, password);
  }

  /** Has this person, who is a user of it, send the requests that are measured. */
  measureAs(person: Person): void {
    this.caller = person;
  }

  /** @returns seconds until it is ready */
  async start(): Promise<number> {
    const began = performance.now();
    this.output = "";
    const child = spawn(process.execPath, ["tools/start.ts"], {
      cwd: this.tree,
      env: this.environment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.starter = child;
    while (!this.output.includes("Kehu is ready")) {
      const isLate = performance.now() - began > PATIENCE_MS;
      if (child.exitCode !== null || isLate) throw new Error(`Kehu does not start: ${this.output}`);
      await wait(20);
    }
    return (performance.now() - began) / 1_000;
  }

  async stop(): Promise<void> {
    if (!this.starter || this.starter.exitCode !== null) return;
    this.starter.kill("SIGTERM");
    await once(this.starter, "exit");
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Its processes by their names, the gateway's first. */
  services(): Watched[] {
    return JSON.parse(readFileSync(join(this.dataDir, "run.json"), "utf8")) as Watched[];
  }

  postmaster(): number {
    return Number(this.lockFile()[0]);
  }

  /** Address of its database, for the superuser. */
  databaseUrl(): string {
    const { postgres } = JSON.parse(readFileSync(join(this.dataDir, "secrets.json"), "utf8")) as { postgres: string };
    return `postgresql://postgres:${encodeURIComponent(postgres)}@127.0.0.1:${this.lockFile()[3]}/kehu`;
  }

  /** @param work gets a connection of the superuser, which is closed behind it */
  async withDatabase<T>(work: (database: pg.Client) => Promise<T>): Promise<T> {
    const database = new pg.Client({ connectionString: this.databaseUrl() });
    await database.connect();
    try {
      return await work(database);
    } finally {
      await database.end();
    }
  }

  /** The log of one of its processes. */
  logOf(name: string): string {
    return join(this.dataDir, "logs", `${name}.log`);
  }

  async signIn(): Promise<void> {
    this.token = "";
    this.token = await this.tokenOf(this);
    this.callerToken = this.caller === this ? this.token : await this.tokenOf(this.caller);
  }

  private async tokenOf({ email, password }: Person): Promise<string> {
    return (await this.call<{ accessToken: string }>("POST", "/v1/auth/login", { email, password })).accessToken;
  }

  /** Of who sends the requests that are measured. */
  authorization(): string {
    return `Bearer ${this.callerToken}`;
  }

  /** A request of the administrator, once he has signed in. */
  async call<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
    const reply = await fetch(this.url + path, {
      method,
      headers: { "content-type": "application/json", ...(this.token && { authorization: `Bearer ${this.token}` }) },
      body: body && JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`${method} ${path} was answered ${reply.status}: ${await reply.text()}`);
    return (await reply.json()) as T;
  }

  /** Waits until every event is published and every handler has done with it. */
  async untilLevel(): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!(await this.call<Freshness>("GET", "/v1/freshness")).level) {
      if (performance.now() > end) throw new Error("The events are still not level after two minutes.");
      await wait(50);
    }
  }

  private lockFile(): string[] {
    return readFileSync(join(this.dataDir, "postgres", "postmaster.pid"), "utf8").split("\n");
  }

  /** The limits count requests as ever; they only must not end the run. */
  private environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(NODE_OPTIONS|DATABASE_URL|KEHU_.*|npm_.*)$/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      PORT: String(this.port),
      KEHU_DATA_DIR: this.dataDir,
      KEHU_ADMIN_EMAIL: this.email,
      KEHU_ADMIN_PASSWORD: this.password,
      KEHU_RATE_LIMIT_USER: "999999999",
      KEHU_RATE_LIMIT_ADDRESS: "999999999",
      KEHU_RATE_LIMIT_ADDRESS_TOTAL: "999999999",
    };
  }
}

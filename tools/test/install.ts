import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, isAlive, processes } from "@kehu/database/embedded";
import { eventually } from "@kehu/testing";

const ROOT = join(import.meta.dirname, "../..");

/** Of those that run at the same time none takes the ports of another, nor what other tests take. */
const SHARE = 500;
const FIRST = 30_000 + SHARE * (Number(process.env.JEST_WORKER_ID ?? 1) - 1);
const PORTS = { from: FIRST, to: FIRST + SHARE - 1 };

/** One line of run.json. */
export interface Running {
  name: string;
  pid: number;
  port: number;
}

/** A Kehu of its own in a temporary folder, run the way a person runs it. */
export class Install {
  /** What the newest start has printed. */
  output = "";
  starter: ChildProcess | undefined;
  private readonly more: NodeJS.ProcessEnv;

  private constructor(
    readonly dataDir: string,
    readonly port: number,
    more: NodeJS.ProcessEnv,
  ) {
    this.more = more;
  }

  /** @param more variables of the environment beside PORT and KEHU_DATA_DIR */
  static async make(more: NodeJS.ProcessEnv = {}): Promise<Install> {
    const dataDir = mkdtempSync(join(tmpdir(), "kehu-install-"));
    // As root the server has an account of its own, which must get in.
    chmodSync(dataDir, 0o755);
    const [port = 0] = await freePorts(1, PORTS);
    return new Install(dataDir, port, more);
  }

  /** Runs `node tools/start.ts`, or `npm start`, which comes to it by way of a shell and the launcher. */
  start(by: "node" | "npm" = "node"): ChildProcess {
    const [program, ...args] = by === "npm" ? ["npm", "start"] : [process.execPath, "tools/start.ts"];
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(NODE_OPTIONS|DATABASE_URL|KAFKA_BROKERS|KEHU_.*|npm_.*)$/.test(name),
    );
    const env = {
      ...Object.fromEntries(inherited),
      PORT: String(this.port),
      KEHU_DATA_DIR: this.dataDir,
      KEHU_PORTS: `${PORTS.from}-${PORTS.to}`,
      LOG_LEVEL: "warn",
      ...this.more,
    };
    this.output = "";
    const child = spawn(program ?? "", args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.starter = child;
    return child;
  }

  /** @param patience milliseconds */
  async untilReady(patience = 60_000): Promise<void> {
    await eventually(() => {
      if (this.starter?.exitCode !== null) throw new Error(`It ended: ${this.output}`);
      return this.output.includes(`Kehu is ready at http://localhost:${this.port}\n`);
    }, patience);
  }

  /** The processes that run.json names. */
  running(): Running[] {
    return JSON.parse(readFileSync(join(this.dataDir, "run.json"), "utf8")) as Running[];
  }

  /** Process id of the embedded server. */
  postmaster(): number {
    return Number(readFileSync(join(this.dataDir, "postgres", "postmaster.pid"), "utf8").split("\n")[0]);
  }

  /** Where the superuser of the embedded server finds the database. */
  superuserUrl(): string {
    const { postgres } = JSON.parse(readFileSync(join(this.dataDir, "secrets.json"), "utf8")) as { postgres: string };
    const port = readFileSync(join(this.dataDir, "postgres/postmaster.pid"), "utf8").split("\n")[3];
    return `postgresql://postgres:${encodeURIComponent(postgres)}@127.0.0.1:${port}/kehu`;
  }

  /** Process id of the program that runs the others. */
  supervisor(): number {
    return (JSON.parse(readFileSync(join(this.dataDir, "start.json"), "utf8")) as { pid: number }).pid;
  }

  /** Every process that belongs to this install but the one that started it. */
  processes(): number[] {
    return processes()
      .filter(({ command, pid }) => command.includes(this.dataDir) && pid !== this.starter?.pid)
      .map(({ pid }) => pid);
  }

  /** Whether every process of run.json is alive and says that it is ready. */
  async isReady(): Promise<boolean> {
    const replies = await Promise.all(this.running().map(({ port }) => fetch(`http://127.0.0.1:${port}/health/ready`)));
    return replies.every(({ ok }) => ok) && this.running().every(({ pid }) => isAlive(pid));
  }

  /** Ends whatever runs, and removes the folder. */
  async remove(): Promise<void> {
    const { starter } = this;
    if (starter && starter.exitCode === null && starter.signalCode === null) {
      starter.kill("SIGTERM");
      await once(starter, "exit");
    }
    if (existsSync(this.dataDir)) rmSync(this.dataDir, { recursive: true });
  }
}

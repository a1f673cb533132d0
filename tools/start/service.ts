import { spawn, type ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import { end } from "@kehu/database/embedded";
import { Backoff } from "./backoff.ts";
import type { Logs } from "./logs.ts";
import { EX_CONFIG } from "./settings.ts";

/** One process of Kehu and how it is started. */
export interface Launch {
  readonly name: string;
  readonly port: number;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What the supervisor wants to hear. */
export interface Observer {
  onStart(): void;
  /** The process cannot work with its configuration; it is not started again. */
  onWrongConfiguration(name: string): void;
}

/** The pause that Backoff makes when a process died twice: then it is no accident any more, and its last words are shown. */
const SECOND_DEATH = 1_000;

/** Keeps one process running until it is stopped. */
export class Service {
  readonly launch: Launch;
  private readonly logs: Logs;
  private readonly observer: Observer;
  private readonly backoff = new Backoff();
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(launch: Launch, logs: Logs, observer: Observer) {
    this.launch = launch;
    this.logs = logs;
    this.observer = observer;
  }

  /** Process id, while it runs. */
  get pid(): number | undefined {
    return this.child?.exitCode === null && this.child.signalCode === null ? this.child.pid : undefined;
  }

  /** In a process group of its own: Ctrl-C in a terminal must reach this program alone, which stops all in order. */
  start(): void {
    const { args, cwd, env } = this.launch;
    const log = this.logs.open(this.launch.name);
    this.child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", log, log], detached: true });
    closeSync(log);
    this.backoff.started();
    this.child.once("error", (error) => console.error(`${this.launch.name}: ${error.message}`));
    this.child.once("exit", (code, signal) => this.onExit(code, signal));
    this.observer.onStart();
  }

  /** Asks the process to end and waits for it; after `patience` milliseconds it is killed. */
  async stop(patience: number): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await end(() => (this.pid === undefined ? [] : [this.pid]), "SIGTERM", patience);
  }

  private onExit(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.isStopping) return;
    if (code === EX_CONFIG) return this.observer.onWrongConfiguration(this.launch.name);
    const delay = this.backoff.next();
    const when = delay === 0 ? "starting it again" : `starting it again in ${delay / 1000} s`;
    const { name } = this.launch;
    console.log(`${name} ended (${signal ?? `exit code ${code}`}; see ${this.logs.path(name)}): ${when}`);
    if (delay === SECOND_DEATH) console.log(this.logs.tail(name));
    this.timer = setTimeout(() => this.start(), delay);
  }
}

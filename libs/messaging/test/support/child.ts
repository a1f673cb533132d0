import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ServiceOptions } from "./service.ts";

const PROGRAM = fileURLToPath(new URL("./process.ts", import.meta.url));
const HOOK = new URL("../../../../tools/swc-hook.mjs", import.meta.url).href;

/** A service in a process that the test may pause and kill. */
export class ServiceProcess {
  private constructor(
    readonly child: ChildProcess,
    /** The exit code, or the signal that ended it. */
    readonly ended: Promise<number | NodeJS.Signals>,
  ) {}

  /** @returns once it is ready, or is dead already */
  static async start(options: ServiceOptions): Promise<ServiceProcess> {
    const child = fork(PROGRAM, [], {
      execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning", "--import", HOOK],
      env: { ...process.env, NODE_OPTIONS: "" },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
    child.send(options);
    await Promise.race([once(child, "message"), ended]);
    return new ServiceProcess(child, ended);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async kill(): Promise<void> {
    // A paused process does not die of anything else.
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

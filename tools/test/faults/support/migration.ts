import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileReport, Report } from "../../../migrate/engine/report.ts";
import { ROOT } from "../../../planted/tree.ts";
import { LOGIN } from "./kehu.ts";

/** `npm run migrate` as a process of its own. */
export class Migration {
  private readonly child: ChildProcess;
  private readonly exit: Promise<unknown>;
  private readonly report = join(mkdtempSync(join(tmpdir(), "kehu-migration-")), "report.json");
  private output = "";

  constructor(url: string, folder: string) {
    const env = { ...process.env, KEHU_URL: url, KEHU_EMAIL: LOGIN.email, KEHU_PASSWORD: LOGIN.password };
    const args = ["tools/migrate.ts", "zoho", folder, "--report", this.report];
    this.child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.exit = once(this.child, "exit");
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exit;
  }

  /** @returns what became of the rows, by file; its name is without the ending */
  async files(): Promise<Record<string, FileReport>> {
    await this.exit;
    if (this.child.exitCode !== 0) throw new Error(`The migration could not finish: ${this.output}`);
    const { files } = JSON.parse(readFileSync(this.report, "utf8")) as Report;
    return Object.fromEntries(files.map((file) => [file.file.replace(/\.csv$/, ""), file]));
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Login } from "../engine/client.ts";
import type { Report } from "../engine/report.ts";
import { temporaryFolder } from "./folder.ts";
import type { FileNumbers } from "./numbers.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** `npm run migrate -- zoho ...`, run the way a person runs it. */
export class Migration {
  /** What it has printed. */
  output = "";
  readonly child: ChildProcess;
  private readonly reportFile: string;

  /** @param more what stands behind the system: a folder, options */
  constructor(url: string, { email, password }: Login, ...more: string[]) {
    this.reportFile = join(temporaryFolder(), "report.json");
    const env = { ...process.env, NODE_OPTIONS: "", KEHU_URL: url, KEHU_EMAIL: email, KEHU_PASSWORD: password };
    const args = ["tools/migrate.ts", "zoho", ...more, "--report", this.reportFile];
    this.child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Waits for its end. @throws Error with what it printed where its exit code is not 0 */
  async ended(): Promise<void> {
    const [code] = (await once(this.child, "exit")) as [number | null];
    if (code !== 0) throw new Error(`The migration ended with ${code}:\n${this.output}`);
  }

  /** The same, of one that brings something over. */
  async done(): Promise<Report> {
    await this.ended();
    return JSON.parse(readFileSync(this.reportFile, "utf8")) as Report;
  }
}

/** @returns the counts by name of the file; throws where a row was updated, which no run here ever does */
export function fileNumbers({ files }: Report): Record<string, FileNumbers> {
  const updated = files.filter((file) => file.updated > 0);
  if (updated.length > 0) throw new Error(`Updated: ${JSON.stringify(updated)}`);
  return Object.fromEntries(
    files.map(({ file, rows, created, skipped, failed, warnings }) => [
      file.replace(".csv", ""),
      [rows, created, skipped, failed, warnings] as const,
    ]),
  );
}

/** @returns what a run gives that comes after a whole one: every row that came over is skipped */
export function repeated(files: Readonly<Record<string, FileNumbers>>): Record<string, FileNumbers> {
  return Object.fromEntries(
    Object.entries(files).map(([file, [rows, created, skipped, failed, warnings]]) => [
      file,
      [rows, 0, created + skipped, failed, warnings],
    ]),
  );
}

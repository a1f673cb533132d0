import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../planted/tree.ts";

/** A program that docs/events.md shows, run as somebody outside runs it. */
export class Example {
  /** What it has printed so far. */
  printed = "";

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on("data", (chunk: Buffer) => (this.printed += chunk.toString()));
  }

  /**
   * @param file as the first line of the program names it
   * @param variables what it is told by the environment
   */
  static run(file: string, variables: Readonly<Record<string, string>>): Example {
    const folder = mkdtempSync(join(tmpdir(), "kehu-example-"));
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
    writeFileSync(join(folder, file), linesOf(file));
    const env = { ...process.env, NODE_OPTIONS: "", ...variables };
    return new Example(spawn(process.execPath, [file], { cwd: folder, env, stdio: ["ignore", "pipe", "ignore"] }));
  }

  /** kill -9, so that nothing of it is put in order. */
  async stop(): Promise<void> {
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }
}

/** @throws Error where the page has no such program */
function linesOf(file: string): string {
  const page = readFileSync(join(ROOT, "docs/events.md"), "utf8");
  const programs = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, lines = ""]) => lines);
  const found = programs.find((lines) => lines.startsWith(`// ${file}\n`));
  if (found === undefined) throw new Error(`docs/events.md shows no ${file}.`);
  return found;
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Kehu } from "./kehu.ts";

const ROOT = join(import.meta.dirname, "../..");
const SAMPLE_DATA = join(ROOT, "tools/sample-data.ts");

/** How fast an export came over, with the wait for the metrics at the end. */
export interface Migration {
  rows: number;
  rowsPerSecond: number;
}

interface Report {
  files: { rows: number }[];
  seconds: number;
}

/**
 * Brings an export over into a running Kehu.
 *
 * @param given its folder; generated sample data where there is none
 * @returns undefined where there is no generator either
 */
export async function migrateExport(kehu: Kehu, given: string | undefined): Promise<Migration | undefined> {
  if (given === undefined && !existsSync(SAMPLE_DATA)) {
    console.error("NOT RUN: migration, for tools/sample-data.ts is missing.");
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "kehu-bench-data-"));
  try {
    const report = join(folder, "report.json");
    const source = resolve(given ?? join(folder, "export"));
    if (given === undefined) await run(kehu, ["tools/sample-data.ts", "--files-only", "--folder", source]);
    await run(kehu, ["tools/migrate.ts", "zoho", source, "--report", report]);
    const { files, seconds } = JSON.parse(readFileSync(report, "utf8")) as Report;
    const rows = files.reduce((total, file) => total + file.rows, 0);
    return { rows, rowsPerSecond: rows / seconds };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(kehu: Kehu, args: string[]): Promise<void> {
  const env = { ...process.env, KEHU_URL: kehu.url, KEHU_EMAIL: kehu.email, KEHU_PASSWORD: kehu.password };
  const quiet = "--disable-warning=ExperimentalWarning";
  const child = spawn(process.execPath, [quiet, ...args], { cwd: ROOT, env, stdio: ["ignore", "ignore", "inherit"] });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${args[0]} ended with exit code ${code}.`);
}

import { renameSync, writeFileSync } from "node:fs";

/** Replaces a file in one step, so that nobody reads half of it. */
export function writeWhole(path: string, value: unknown, mode = 0o644): void {
  const half = `${path}.${process.pid}`;
  writeFileSync(half, `${JSON.stringify(value, undefined, 2)}\n`, { mode });
  renameSync(half, path);
}

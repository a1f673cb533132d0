import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newFile, removeLeftovers } from "./local-files.ts";

/** A file of a process, as one that was killed would leave it. */
function leave(pid: number, when = new Date()): string {
  const folder = mkdtempSync(join(tmpdir(), `kehu-import-${pid}-`));
  writeFileSync(join(folder, "file"), "王伟,13800138000");
  utimesSync(folder, when, when);
  return folder;
}

describe("files of imports on the disk", () => {
  it("are removed once the process is gone, and what belongs to one that runs stays", async () => {
    const gone = leave(spawnSync(process.execPath, ["-e", ""]).pid);
    const earlier = leave(process.pid, new Date(2026, 0, 1));
    const others = leave(process.ppid);
    const own = await newFile();
    writeFileSync(own.path, "x");
    await removeLeftovers();
    expect([gone, earlier, others, own.path].map((path) => existsSync(path))).toEqual([false, false, true, true]);
    await Promise.all([own.remove(), rm(others, { recursive: true })]);
    expect(existsSync(own.path)).toBe(false);
  });
});

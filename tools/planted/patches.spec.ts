import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./tree.ts";

describe("a patch", () => {
  const patches = globSync("tools/{planted-faults,bench/without}/*.patch", { cwd: ROOT }).sort();

  it("is there to be tried", () => expect(patches.length).toBeGreaterThan(30));

  // What they do is tried by `npm run test:faults` and `npm run bench`; this says at once where the code has moved on.
  it.each(patches)("fits the tree: %s", (patch) => {
    execFileSync("git", ["apply", "--check", join(ROOT, patch)], { cwd: ROOT, stdio: "pipe" });
  });
});

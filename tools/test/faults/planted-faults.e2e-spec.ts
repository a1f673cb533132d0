import { execFileSync, spawn } from "node:child_process";
import { globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FAULTS, type Fault } from "../../planted-faults/faults.ts";
import { copyOfRepository, ROOT } from "../../planted/tree.ts";

const COPY_MS = 120_000;
const TEST_MS = 240_000;
/** All of their tests, one file after the other. */
const GREEN_MS = 900_000;
const PATCHES = join(ROOT, "tools/planted-faults");

interface Report {
  testResults: {
    message: string;
    assertionResults: { fullName: string; status: "passed" | "failed" | "pending" }[];
  }[];
}

describe("A planted fault", () => {
  let tree: string;

  beforeAll(() => {
    tree = copyOfRepository();
  }, COPY_MS);
  afterAll(() => rmSync(tree, { recursive: true }), COPY_MS);

  const patch = (name: string, ...options: string[]) =>
    execFileSync("git", ["apply", ...options, join(PATCHES, `${name}.patch`)], { cwd: tree, stdio: "pipe" });

  it("has a patch, and each patch a test that must notice it", () => {
    const patches = globSync("*.patch", { cwd: PATCHES }).map((file) => file.replace(/\.patch$/, ""));
    expect(FAULTS.map(({ name }) => name).sort()).toEqual(patches.sort());
  });

  it(
    "is not there before it is planted: the tests that notice it are green",
    async () => {
      for (const spec of new Set(FAULTS.map((fault) => fault.spec))) {
        const titles = FAULTS.filter((fault) => fault.spec === spec).map(({ title }) => title);
        const { failed, passed } = await run(tree, spec, titles);
        expect({ spec, failed }).toEqual({ spec, failed: [] });
        for (const title of titles) expect(passed.filter((name) => name.includes(title))).not.toEqual([]);
      }
    },
    GREEN_MS,
  );

  it.each(FAULTS)(
    "turns a test red: $name",
    async ({ name, spec, title }: Fault) => {
      patch(name);
      try {
        const { failed } = await run(tree, spec, [title]);
        expect(failed.filter((one) => one.includes(title))).not.toEqual([]);
      } finally {
        patch(name, "-R");
      }
    },
    TEST_MS,
  );
});

/** Runs some tests of a file in the copy, on this run's Postgres. @returns full names of those that failed and passed */
async function run(
  tree: string,
  spec: string,
  titles: readonly string[],
): Promise<{ failed: string[]; passed: string[] }> {
  const output = join(tree, "report.json");
  const pattern = titles.map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const flags = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js"];
  const child = spawn(
    process.execPath,
    [...flags, "--runInBand", "--forceExit", "--json", `--outputFile=${output}`, "-t", pattern, "--", spec],
    { cwd: tree, stdio: "ignore", env: { ...process.env, KEHU_TEST_RESULTS: "", NODE_OPTIONS: "" } },
  );
  await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  const { testResults } = JSON.parse(readFileSync(output, "utf8")) as Report;
  rmSync(output);
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  // A file that cannot even be loaded notices nothing.
  if (results.length === 0) throw new Error(testResults.map(({ message }) => message).join("\n"));
  const named = (status: string) => results.filter((one) => one.status === status).map(({ fullName }) => fullName);
  return { failed: named("failed"), passed: named("passed") };
}

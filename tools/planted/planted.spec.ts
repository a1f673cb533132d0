import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { copyOfTree, plant } from "./tree.ts";
import { INNOCENT, VIOLATIONS, type Violation } from "./violations.ts";

interface Finding {
  path: string;
  rule: string;
}

const found: Record<Violation["by"], Finding[]> = { boundaries: [], lint: [] };
let tree: string;

beforeAll(async () => {
  tree = copyOfTree();
  plant(tree, INNOCENT);
  for (const { path, source, beside = {} } of VIOLATIONS) plant(tree, { [path]: source, ...beside });
  [found.boundaries, found.lint] = await Promise.all([boundaries(), lint()]);
}, 60_000);

afterAll(() => rmSync(tree, { recursive: true }));

describe("A planted violation", () => {
  it.each(VIOLATIONS.map((violation) => [violation.rule, violation.path, violation] as const))(
    "of %s in %s is found",
    (rule, path, { by }) => {
      expect(found[by]).toContainEqual({ path, rule });
    },
  );

  it("is all that is found", () => {
    const planted = VIOLATIONS.flatMap(({ path, beside = {} }) => [path, ...Object.keys(beside)]);
    const innocent = [...found.boundaries, ...found.lint].filter(({ path }) => !planted.includes(path));
    expect(innocent).toEqual([]);
  });
});

async function boundaries(): Promise<Finding[]> {
  const output = await run(
    "depcruise",
    "--config",
    ".dependency-cruiser.mjs",
    "--output-type",
    "json",
    "apps",
    "libs",
    "tools",
  );
  const { summary } = JSON.parse(output) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return summary.violations.map(({ from, rule }) => ({ path: from, rule: rule.name }));
}

async function lint(): Promise<Finding[]> {
  const output = await run("eslint", "--format", "json", "apps", "libs", "tools");
  const files = JSON.parse(output) as { filePath: string; messages: { ruleId: string | null; message: string }[] }[];
  return files.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, message }) => ({
      path: relative(tree, filePath),
      // A comment that would silence a rule has no rule of its own; --max-warnings 0 makes it an error.
      rule: ruleId ?? (/noInlineConfig/.test(message) ? "eslint-disable" : message),
    })),
  );
}

/** What a program prints; that it fails is expected. */
function run(program: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [join(tree, "node_modules/.bin", program), ...args], {
    cwd: tree,
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}

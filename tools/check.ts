/** `npm run check`: every rule of the house, each an error. One line per check; what failed is printed at the end. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const CACHE = "node_modules/.cache/kehu";
/** In a fresh clone nothing is cached; a rule about types can be broken by a change in another file, so CI asks anew. */
const ESLINT_CACHE = process.env["CI"]
  ? []
  : ["--cache", "--cache-strategy", "content", "--cache-location", `${CACHE}/eslint/`];

interface Check {
  name: string;
  command: string[];
}

const BUILD: Check = { name: "build", command: ["nx", "run-many", "-t", "build", "--outputStyle=static"] };

/** The slow ones first: two run at a time. */
const CHECKS: Check[] = [
  { name: "lint", command: ["eslint", "apps", "libs", "tools", "--max-warnings", "0", ...ESLINT_CACHE] },
  {
    name: "types",
    command: ["tsc", "--incremental", "--tsBuildInfoFile", `${CACHE}/tsc.tsbuildinfo`, "--pretty", "false"],
  },
  { name: "generated documents", command: ["node", "tools/openapi.ts", "--check"] },
  {
    name: "format",
    command: ["prettier", ".", "--check", "--log-level", "warn", "--cache", "--cache-location", `${CACHE}/prettier`],
  },
  { name: "unused code", command: ["knip", "--no-config-hints"] },
  {
    name: "boundaries",
    command: ["depcruise", "--config", ".dependency-cruiser.mjs", "--output-type", "err-long", "apps", "libs", "tools"],
  },
];

interface Outcome {
  name: string;
  failed: boolean;
  output: string;
}

function run({ name, command: [program, ...args] }: Check): Promise<Outcome> {
  const started = performance.now();
  const path = [dirname(process.execPath), join(ROOT, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const env = { ...process.env, PATH: path, NX_DAEMON: "false", NODE_OPTIONS: "", FORCE_COLOR: "0", NO_COLOR: "1" };
  const child = spawn(program!, args, {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? "ok    " : "FAILED"} ${name.padEnd(20)} ${seconds.padStart(6)} s`);
      resolve({ name, failed: code !== 0, output: Buffer.concat(output).toString() });
    });
  });
}

async function runAll(checks: Check[]): Promise<Outcome[]> {
  const waiting = [...checks];
  const outcomes: Outcome[] = [];
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) outcomes.push(await run(check));
  };
  await Promise.all([worker(), worker()]);
  return outcomes;
}

mkdirSync(join(ROOT, CACHE), { recursive: true });
const built = await run(BUILD);
const outcomes = built.failed ? [built] : await runAll(CHECKS);
const failures = outcomes.filter(({ failed }) => failed);
for (const { name, output } of failures) console.log(`\n--- ${name}\n${output.trim()}`);
console.log(failures.length ? `\n${failures.length} of ${outcomes.length} checks failed` : "\nAll checks passed");
process.exitCode = failures.length ? 1 : 0;

// The launcher behind every npm script: installs, finds Node 24, builds, then runs the task's program with it.
// Plain JavaScript without packages, for any Node from 18: it runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_MAJOR = 24;
const EX_USAGE = 64;

/** Loads the sources of libs instead of their dist/, compiled on the fly. */
const FROM_SOURCE = ["--conditions=source", "--import", "./tools/swc-hook.mjs"];
const JEST = { flags: ["--experimental-vm-modules"], program: "node_modules/jest/bin/jest.js" };
const CHECK = { program: "tools/check.ts" };

/** What each script needs: a build before, and the programs that run one after the other, the arguments going to the last. */
const TASKS = {
  start: { build: true, run: [{ program: "tools/start.ts" }] },
  dev: { run: [{ flags: FROM_SOURCE, program: "tools/start.ts", args: ["--dev"] }] },
  build: { build: true, run: [] },
  test: { build: true, run: [CHECK, JEST] },
  "test:faults": { build: true, run: [{ ...JEST, args: ["--config", "jest.faults.config.mjs", "--runInBand"] }] },
  check: { run: [CHECK] },
  schema: { build: true, run: [{ program: "tools/schema.ts" }] },
  migrate: { build: true, run: [{ program: "tools/migrate.ts" }] },
  "sample-data": { build: true, run: [{ program: "tools/sample-data.ts" }] },
  bench: { build: true, run: [{ program: "tools/bench.ts" }] },
  openapi: { build: true, run: [{ program: "tools/openapi.ts" }] },
  republish: { build: true, run: [{ program: "tools/republish.ts" }] },
  "dead-letters": { build: true, run: [{ program: "tools/dead-letters.ts" }] },
  orphans: { build: true, run: [{ program: "tools/orphans.ts" }] },
  audit: { build: true, run: [{ program: "tools/audit.ts" }] },
  personal: { build: true, run: [{ program: "tools/personal.ts" }] },
  rebuild: { build: true, run: [{ program: "tools/rebuild.ts" }] },
};

const [taskName = "", ...taskArguments] = process.argv.slice(2);
process.exitCode = await main(TASKS[taskName]);

async function main(task) {
  if (!task) return fail(EX_USAGE, `Usage: node tools/run.mjs ${Object.keys(TASKS).join("|")} [arguments]`);
  process.chdir(ROOT);
  if (!isInstalled() && !install()) return 1;
  const node = findNode();
  if (!node) {
    return fail(
      1,
      `Kehu needs Node ${NODE_MAJOR}, and has none for ${process.platform} ${process.arch}: install it from nodejs.org.`,
    );
  }
  if (task.build && !build(node)) return 1;
  // Arguments narrow a test run down to some tests; without any it is everything.
  const programs = taskName === "test" && taskArguments.length > 0 ? [JEST] : task.run;
  for (const [index, step] of programs.entries()) {
    const isLast = index === programs.length - 1;
    const code = await run(node, step, isLast ? taskArguments : []);
    if (code !== 0) return code;
  }
  return 0;
}

function fail(code, message) {
  console.error(message);
  return code;
}

/**
 * Compares what npm says it installed with the lock file. Times of files say nothing here: a checkout changes them.
 */
function isInstalled() {
  const installed = readLock("node_modules/.package-lock.json");
  if (!installed) return false;
  const isThere = ([path, wanted]) => {
    const found = installed[path];
    if (!found) return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  };
  return Object.entries(readLock("package-lock.json"))
    .filter(([path]) => path.includes("node_modules/"))
    .every(isThere);
}

function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : undefined;
}

function install() {
  console.log("Installing packages (npm ci) ...");
  // Without its list of contents a tree that is half removed cannot pass for a whole one.
  rmSync("node_modules/.package-lock.json", { force: true });
  const npm = process.env.npm_execpath;
  const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const options = { stdio: "inherit", shell: !npm && process.platform === "win32" };
  const { status } = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync("npm", args, options);
  return status === 0 || fail(false, "npm ci failed: see above.");
}

/** The packages that hold the one program of Node per platform; @see optionalDependencies in package.json. */
function findNode() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const platform = process.platform === "win32" ? "win" : process.platform;
  const packages = [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`];
  const candidates = packages.map((folder) => join(ROOT, "node_modules", folder, "bin", name));
  return [...candidates, process.execPath, "node"].find(isRightNode);
}

function isRightNode(program) {
  if (program.includes("node_modules") && !existsSync(program)) return false;
  const { status, stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return status === 0 && stdout.startsWith(`v${NODE_MAJOR}.`);
}

function environment(node) {
  return {
    ...process.env,
    PATH: [dirname(node), process.env.PATH].join(delimiter),
    NX_DAEMON: "false",
    NX_TUI: "false",
  };
}

/** Nx keeps what it built, so that this takes a moment where nothing changed. */
function build(node) {
  const args = ["node_modules/nx/dist/bin/nx.js", "run-many", "-t", "build", "--outputStyle=static"];
  const isAsked = taskName === "build";
  const { status, stdout, stderr } = spawnSync(node, isAsked ? [...args, ...taskArguments] : args, {
    env: environment(node),
    stdio: isAsked ? "inherit" : "pipe",
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return status === 0 || fail(false, [stdout, stderr, "The build failed: see above."].filter(Boolean).join("\n"));
}

/** Runs a program, passing signals on, and gives its exit code. */
function run(node, { flags = [], program, args = [] }, more) {
  const env = { ...environment(node), KEHU_LAUNCHER: String(process.pid) };
  const quiet = "--disable-warning=ExperimentalWarning";
  const child = spawn(node, [quiet, ...flags, program, ...args, ...more], { env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const watch = watchParent(() => child.kill("SIGTERM"));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(fail(1, error.message)));
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      resolve(signal ? 1 : code);
    });
  });
}

/**
 * npm, or the shell between it and us, may be killed without passing anything on; what it started must not run on for
 * ever.
 */
function watchParent(onGone) {
  if (!process.env.npm_lifecycle_event || process.ppid === 1) return undefined;
  const before = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === before) return;
    clearInterval(timer);
    onGone();
  }, 250);
  return timer;
}

/** The processes above us up to npm: our parent, and where that is a shell, its parent. Only Linux shows the second. */
function ancestors() {
  const parent = process.ppid;
  if (process.platform !== "linux") return String(parent);
  try {
    const [, name, grandparent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${parent}/stat`, "utf8"));
    return /^(ba|da|a|k|z)?sh$/.test(name) ? `${parent} ${grandparent}` : String(parent);
  } catch {
    return "";
  }
}

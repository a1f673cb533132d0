import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

const CONFIGS = ["*.json", "*.mjs", ".*rc", ".dependency-cruiser.mjs", ".prettierignore", "{apps,libs}/*/package.json"];

/**
 * Makes a copy of some of the repository in a temporary folder. Its packages are links to the repository's, but the
 * workspace's own packages are those of the copy.
 *
 * @param patterns globs of what to copy; root configuration and package.json files come along
 */
export function copyOfTree(patterns: string[] = []): string {
  return copyOf(globSync([...CONFIGS, ...patterns], { cwd: ROOT, exclude: ["**/node_modules/**"] }));
}

/** Makes such a copy of all that Git tracks, and of what is new and not ignored: the tree as its next commit has it. */
export function copyOfRepository(): string {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const paths = execFileSync("git", list, { cwd: ROOT, encoding: "utf8" }).split("\0");
  return copyOf(paths.filter((path) => path !== "" && existsSync(join(ROOT, path))));
}

function copyOf(paths: string[]): string {
  const copy = mkdtempSync(join(tmpdir(), "kehu-planted-"));
  for (const path of paths) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (name !== "@kehu" && name !== ".cache") link(join(ROOT, "node_modules", name), join(copy, "node_modules", name));
  }
  for (const path of globSync("{apps,libs}/*", { cwd: copy })) {
    link(join(copy, path), join(copy, "node_modules/@kehu", path.split(/[\\/]/)[1]!));
  }
  return copy;
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, "junction");
}

/** Writes files into a tree. */
export function plant(tree: string, files: Readonly<Record<string, string>>): void {
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), source);
  }
}

import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/**
 * Makes a copy of some of the repository in a temporary folder. Its packages are links to the repository's, but the
 * workspace's own packages are those of the copy.
 *
 * @param patterns globs of what to copy; root configuration and package.json files come along
 */
export function copyOfTree(patterns: string[] = []): string {
  const copy = mkdtempSync(join(tmpdir(), "kehu-planted-"));
  const configs = [
    "*.json",
    "*.mjs",
    ".*rc",
    ".dependency-cruiser.mjs",
    ".prettierignore",
    "{apps,libs}/*/package.json",
  ];
  for (const path of globSync([...configs, ...patterns], { cwd: ROOT, exclude: ["**/node_modules/**"] })) {
    cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  }
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

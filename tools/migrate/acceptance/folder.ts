import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the real export lies beside the repository, for those who have it; it may not be handed on. */
export const EXPORT_FOLDER = join(import.meta.dirname, "../../../../shared/data/zoho-crm-export");

/** @returns a new folder for test data */
export const temporaryFolder = () => mkdtempSync(join(tmpdir(), "kehu-migrate-"));

/** Writes files into a new folder. @param files by name, each a list of lines */
export function folderOf(files: Readonly<Record<string, readonly string[]>>): string {
  const folder = temporaryFolder();
  for (const [name, lines] of Object.entries(files)) writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  return folder;
}

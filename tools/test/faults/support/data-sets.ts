import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXPORT_NUMBERS } from "../../../migrate/acceptance/export-numbers.ts";
import type { Numbers } from "../../../migrate/acceptance/numbers.ts";
import { ROOT } from "../../../planted/tree.ts";
import { expectedNumbers } from "../../../sample-data/expected.ts";
import { writeFiles } from "../../../sample-data/files.ts";
import { generate } from "../../../sample-data/generate.ts";

const EXPORT = join(ROOT, "../shared/data/zoho-crm-export");

/** An export of another system, and what must come out of it. */
export interface DataSet {
  readonly name: string;
  readonly folder: string;
  readonly numbers: Numbers;
}

/** @param size 1 has about as many rows as a company of fifty */
export async function sampleData(size: number): Promise<DataSet> {
  const dataset = generate(size, 1);
  const folder = mkdtempSync(join(tmpdir(), "kehu-sample-"));
  await writeFiles(dataset, folder);
  return { name: `sample data of size ${size}`, folder, numbers: expectedNumbers(dataset) };
}

/**
 * The real export, which is not ours to hand on.
 *
 * @returns none, after one loud line, where it is not there
 */
export function realExport(what: string): DataSet[] {
  if (existsSync(EXPORT)) return [{ name: "the real export", folder: EXPORT, numbers: EXPORT_NUMBERS }];
  process.stderr.write(`\nNOT RUN: ${what} on the real export (there is no ${EXPORT})\n\n`);
  return [];
}

import { CannotFinish } from "./cannot-finish.ts";
import type { Client } from "./client.ts";
import { Directory } from "./directory.ts";
import type { Company } from "./file-run.ts";
import type { Imports } from "./imports.ts";
import type { FileTable, Mapping, Prerequisite } from "./mapping.ts";
import { Prediction } from "./prediction.ts";
import { keysOf, referredTo, type Records } from "./records.ts";

/**
 * Learns what is there before the run: settings, records that rows refer to, and what has to be there beforehand.
 *
 * @param tables the files of this run
 * @param destination a prediction learns all records that rows could be
 */
export async function companyOf(
  client: Client,
  records: Records,
  mapping: Mapping,
  tables: readonly FileTable[],
  destination: Prediction | Imports,
): Promise<Company> {
  const { country } = await client.get<{ country: string }>("/v1/settings");
  const prerequisites = new Map<string, string>();
  for (const one of mapping.prerequisites) {
    prerequisites.set(one.name, (await find(records, one)) ?? (await make(destination, one)));
  }
  const directory = new Directory();
  const prediction = destination instanceof Prediction ? destination : undefined;
  const wanted = prediction
    ? new Set([...tables, ...referredTo(tables, mapping.files)])
    : referredTo(tables, mapping.files);
  for (const table of wanted) await learn(table, mapping.system, records, directory, prediction);
  return { system: mapping.system, country, prerequisites, directory };
}

async function find(records: Records, { resource, match }: Prerequisite): Promise<string | undefined> {
  for await (const record of records.all(resource)) {
    if (Object.entries(match).every(([field, value]) => record[field] === value)) return record.id;
  }
  return undefined;
}

async function make(destination: Prediction | Imports, one: Prerequisite): Promise<string> {
  const { name, create } = one;
  if (!create) throw new CannotFinish(`Kehu has no ${name}.`);
  return destination instanceof Prediction ? `new ${name}` : destination.make(one, create);
}

async function learn(
  table: FileTable,
  system: string,
  records: Records,
  directory: Directory,
  prediction: Prediction | undefined,
): Promise<void> {
  for await (const record of records.all(table.resource)) {
    const keys = keysOf(record, system);
    const attributes = table.attributes?.(record);
    for (const key of keys) {
      directory.add(table.type, key, record.id, attributes);
      prediction?.learn(table.type, key, record);
    }
    if (keys.length === 0) directory.add(table.type, undefined, record.id, attributes);
  }
}

import { randomUUID } from "node:crypto";
import { CannotFinish } from "./cannot-finish.ts";
import type { Client } from "./client.ts";
import { Directory } from "./directory.ts";
import type { Company } from "./file-run.ts";
import type { FileTable, Mapping, Prerequisite } from "./mapping.ts";
import type { Prediction } from "./prediction.ts";
import { keysOf, referredTo, type Records } from "./records.ts";

/**
 * Learns what is there before the run: settings, records that rows refer to, and what has to be there beforehand.
 *
 * @param tables the files of this run
 * @param prediction when nothing is to be written: learns all records that rows could be
 */
export async function companyOf(
  client: Client,
  records: Records,
  mapping: Mapping,
  tables: readonly FileTable[],
  prediction: Prediction | undefined,
): Promise<Company> {
  const { country } = await client.get<{ country: string }>("/v1/settings");
  const prerequisites = new Map<string, string>();
  for (const one of mapping.prerequisites) {
    prerequisites.set(one.name, (await find(records, one)) ?? (await make(client, one, prediction !== undefined)));
  }
  const directory = new Directory();
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

async function make(client: Client, { name, resource, create }: Prerequisite, isDryRun: boolean): Promise<string> {
  if (!create) throw new CannotFinish(`Kehu has no ${name}.`);
  if (isDryRun) return `new ${name}`;
  const { id } = await client.post<{ id: string }>(`/v1/${resource}`, JSON.stringify(create), randomUUID());
  return id;
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
    for (const key of keys) {
      directory.add(table, key, record.id, record);
      prediction?.learn(table.type, key, record);
    }
    if (keys.length === 0) directory.add(table, undefined, record.id, record);
  }
}

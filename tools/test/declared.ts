import type { Resource } from "@kehu/records";
import { globSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** @returns the resources that a service declares, such as `customer-svc` */
export async function resourcesOf(folder: string): Promise<Resource[]> {
  const files = globSync(`apps/${folder}/src/**/*.resource.ts`, { cwd: ROOT });
  const modules = await Promise.all(files.map((file) => import(join(ROOT, file)) as Promise<Record<string, unknown>>));
  const all = modules.flatMap((module) => Object.values(module));
  return all.filter((one): one is Resource => typeof one === "object" && one !== null && "snapshot" in one);
}

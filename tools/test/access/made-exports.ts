import { eventually } from "@kehu/testing";
import type { People } from "./people.ts";
import type { Actor } from "./policy-model.ts";
import { RESOURCES } from "./resources.ts";
import type { System } from "./system.ts";

export const MADE_MS = 60_000;
/** Who exports something. */
export const EXPORTERS = ["administrator", "owner", "manager"] as const;

export const exportsOf = (name: string) => `/v1/${name}/exports`;
export const exportKey = (actor: Actor, name: string) => `${actor} ${name}`;

/** Asks for a file and waits for it. @returns the export as it then shows itself */
export async function makeExport(
  system: System,
  token: string | undefined,
  name: string,
  body: object,
): Promise<Record<string, unknown>> {
  const { id } = await system.must("POST", exportsOf(name), token, { format: "csv", ...body });
  return eventually(async () => {
    const view = await system.must("GET", `${exportsOf(name)}/${String(id)}`, token);
    if (view["status"] !== "completed") throw new Error(`An export of ${name} is ${String(view["status"])}.`);
    return view;
  }, MADE_MS);
}

/** One export of every resource for everybody who exports. @returns their ids, by `exportKey` */
export async function plantExports(system: System, people: People): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { name } of RESOURCES.filter(({ owned }) => owned))
    for (const actor of EXPORTERS) {
      const { id } = await makeExport(system, people.token(actor), name, { fields: ["id"] });
      ids.set(exportKey(actor, name), String(id));
    }
  return ids;
}

import type { AnyEnvelope } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { upsertNewer } from "@kehu/messaging";
import { factOf } from "./fact-row.ts";

/** The two tables that take turns. */
export type FactTable = "fact_blue" | "fact_green";

/** Which table the metrics read, and which one a rebuild fills. */
export interface Projection {
  live: FactTable;
  building: FactTable | null;
}

/** Writes what events state into one of the fact tables; what is newer than what is there counts, in any order. */
export async function applyFacts(tx: Tx, table: FactTable, events: readonly AnyEnvelope[]): Promise<void> {
  const rows = events.flatMap((event) => factOf(event) ?? []);
  if (rows.length) await upsertNewer(tx, table, rows);
}

/** The projection as it is until the transaction ends: a rebuild that begins or swaps waits for it. */
export async function currentProjection(tx: Tx): Promise<Projection> {
  const [projection] = await tx.query<Projection>(
    `SELECT live, building FROM projection WHERE name = 'facts' FOR SHARE`,
  );
  return projection!;
}

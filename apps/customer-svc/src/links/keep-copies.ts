import type { ExternalId, Link } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { upsertNewer } from "@kehu/messaging";
import { keepExternalIds } from "@kehu/records";
import { LINK_TARGETS } from "./link-targets.ts";

/** What an event says of a record of another service. */
interface Told {
  aggregateversion: number;
  name: string;
  record: { id: string; ownerId: string | null; externalIds: ExternalId[]; deletedAt: string | null };
}

/** Writes copies of other services' records, and makes them findable by their names in other systems. */
export async function keepCopies(tx: Tx, type: Link["type"], told: readonly Told[]): Promise<void> {
  const rows = told.map(({ aggregateversion, name, record }) => ({
    id: record.id,
    version: aggregateversion,
    name,
    owner_id: record.ownerId,
    external_ids: record.externalIds,
    deleted_at: record.deletedAt,
  }));
  await upsertNewer(tx, LINK_TARGETS[type].table, rows);
  await keepExternalIds(
    tx,
    type,
    told.map(({ record }) => record),
  );
}

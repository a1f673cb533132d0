import { ERASED, readable, type Collaborator, type ExternalId, type Personal } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { upsertNewer } from "@kehu/messaging";
import { keepExternalIds } from "./store.ts";

/** What an event tells of a record of another service. */
export interface Told {
  version: number;
  /** What stands beside its id. */
  name: string | null;
  record: {
    id: string;
    ownerId: string | null;
    teamId: string | null;
    collaborators: readonly Collaborator[];
    externalIds: readonly ExternalId[];
    deletedAt: string | null;
  };
  /** Columns that this copy has besides, by their names in the table; the same ones for all. */
  further?: Readonly<Record<string, unknown>>;
}

/** The fields that every copy has of its record; what changes no other than these, and the name, need not be told. */
export const COPIED = ["ownerId", "teamId", "collaborators", "externalIds"] as const;

/** The fields of a person that his copies have. */
export const COPIED_OF_PEOPLE = ["firstName", "lastName", "personId", ...COPIED] as const;

/**
 * Writes local copies of another service's records, newer versions only, and makes them findable by their names in other
 * systems.
 *
 * @param type type of the records (`account`); their table is `<type>_copy`
 */
export async function keepCopies(tx: Tx, type: string, told: readonly Told[]): Promise<void> {
  const rows = told.map(({ version, name, record, further }) => ({
    id: record.id,
    version,
    name,
    owner_id: record.ownerId,
    team_id: record.teamId,
    collaborators: record.collaborators,
    external_ids: record.externalIds,
    deleted_at: record.deletedAt,
    ...further,
  }));
  await upsertNewer(tx, `${type}_copy`, rows);
  // A record may have let go of a name that another one takes.
  await tx.query(
    `DELETE FROM external_id e USING ${type}_copy c WHERE c.id = ANY($2) AND e.type = $1 AND e.record_id = c.id
     AND NOT c.external_ids @> jsonb_build_array(jsonb_build_object('system', e.system, 'id', e.external_id))`,
    [type, rows.map(({ id }) => id)],
  );
  await keepExternalIds(
    tx,
    type,
    told.map(({ record }) => record),
  );
}

/** @returns the name of a person of whom a decrypted event tells, to stand beside his id */
export function nameOf({ firstName, lastName }: { firstName: Personal | null; lastName: Personal }): string {
  const name = readable(lastName);
  return firstName === null || name === ERASED ? name : `${readable(firstName)} ${name}`;
}

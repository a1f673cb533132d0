import { ERASED, readable, type AnyEnvelope, type Collaborator, type ExternalId, type Personal } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { upsertNewer } from "@kehu/messaging";
import { noteErasure } from "@kehu/personal-data";

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

/** Of what an event says about a person his copies have his name; the rest is not decrypted for them. */
export const NAME_OF_PEOPLE = ["firstName", "lastName"] as const;

/** The fields of a person that his copies have. */
export const COPIED_OF_PEOPLE = [...NAME_OF_PEOPLE, "personId", ...COPIED] as const;

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
  if (told.some(({ name }) => name === ERASED)) await noteErasure(tx);
  const written = new Set(await upsertNewer(tx, `${type}_copy`, rows));
  const newest = new Map<string, Told>();
  for (const one of told)
    if (written.has(one.record.id) && (newest.get(one.record.id)?.version ?? 0) <= one.version)
      newest.set(one.record.id, one);
  await keepNames(tx, type, [...newest.values()]);
}

/**
 * Forgets what local copies say of records that their service has purged. Of each the id stays, as deleted, so that nothing
 * older that comes late brings it back.
 *
 * @param nothing by type of the records: what stands for nothing in each column that their copies have besides. Not null
 *   where that says that a copy does not know it yet: retention rules wait for such copies.
 */
export async function forgetCopies(
  tx: Tx,
  events: readonly Pick<AnyEnvelope, "type" | "subject" | "time" | "aggregateversion">[],
  nothing: Readonly<Record<string, Told["further"]>> = {},
): Promise<void> {
  const types = new Set(events.map(typeOf));
  for (const type of types) {
    const told = events.filter((event) => typeOf(event) === type);
    const rows = told.map((event) => ({ id: event.subject, version: event.aggregateversion, at: event.time }));
    const further = nothing[type] ?? {};
    const settings = Object.keys(further).map((column) => `, ${column} = n.${column}`);
    await tx.query(
      `UPDATE ${type}_copy c SET version = r.version, name = '', owner_id = NULL, team_id = NULL, collaborators = '[]',
         external_ids = '[]', deleted_at = coalesce(c.deleted_at, r.at)${settings.join("")}
       FROM json_to_recordset($1) AS r (id uuid, version integer, at timestamptz), json_populate_record(NULL::${type}_copy, $2) n
       WHERE c.id = r.id AND c.version < r.version`,
      [JSON.stringify(rows), JSON.stringify(further)],
    );
    const ids = told.map(({ subject }) => subject);
    await tx.query("DELETE FROM external_id WHERE record_id = ANY($1)", [ids]);
  }
}

/** `account` of `customer.account.purged` */
const typeOf = ({ type }: { type: string }) => type.split(".")[1]!;

/**
 * A name that a record has no more is free; and it is whose who is told of last, for word that another one has let go
 * of it may be late. A deleted record takes no name from another one: it may be told of late itself. Ids are unique among
 * the records of all types; to ask for the type as well would let the server read all names of it, of which it often knows
 * nothing yet while many are imported.
 */
async function keepNames(tx: Tx, type: string, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  const names = told.flatMap(({ record: { id, externalIds, deletedAt } }) =>
    externalIds.map(({ system, id: name }) => ({
      system,
      external_id: name,
      record_id: id,
      is_free: deletedAt !== null,
    })),
  );
  const changed = told.filter(({ version }) => version > 1).map(({ record }) => record.id);
  await tx.queryOnce(
    `WITH told AS (SELECT DISTINCT ON (system, external_id) system, external_id, record_id, is_free
         FROM json_populate_recordset(NULL::external_id, $1) ORDER BY system, external_id, is_free, record_id DESC),
       freed AS (DELETE FROM external_id e WHERE e.record_id = ANY($3)
         AND NOT EXISTS (SELECT FROM told t WHERE t.system = e.system AND t.external_id = e.external_id))
     INSERT INTO external_id (type, system, external_id, record_id, is_free)
     SELECT $2, system, external_id, record_id, is_free FROM told ORDER BY system, external_id
     ON CONFLICT (type, system, external_id) DO UPDATE SET record_id = excluded.record_id, is_free = excluded.is_free
     WHERE CASE WHEN external_id.record_id = excluded.record_id THEN external_id.is_free <> excluded.is_free
       ELSE NOT excluded.is_free END`,
    [JSON.stringify(names), type, changed],
  );
}

/** @returns the name of a person of whom a decrypted event tells, to stand beside his id */
export function nameOf({ firstName, lastName }: { firstName: Personal | null; lastName: Personal }): string {
  const name = readable(lastName);
  return firstName === null || name === ERASED ? name : `${readable(firstName)} ${name}`;
}

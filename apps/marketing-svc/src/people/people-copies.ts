import type { Queryable, Tx } from "@kehu/database";
import type { ReferenceTarget } from "@kehu/records";

/** A lead of the sales service. */
export const LEAD: ReferenceTarget = {
  type: "lead",
  table: "lead_copy",
  name: "name",
  permission: "sales.lead.read",
  copy: true,
};

/** A contact of the customer service. */
export const CONTACT: ReferenceTarget = {
  type: "contact",
  table: "contact_copy",
  name: "name",
  permission: "customer.contact.read",
  copy: true,
};

/** @returns the person by id of the lead or contact */
export async function personsOf(queryable: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await queryable.query<{ id: string; personId: string }>(
    `SELECT id, person_id AS "personId" FROM lead_copy WHERE id = ANY($1)
     UNION ALL SELECT id, person_id FROM contact_copy WHERE id = ANY($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, personId }) => [id, personId]));
}

/** @returns those of the persons who are a lead or a contact */
export async function knownPersons(queryable: Queryable, personIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await queryable.query<{ id: string }>(
    `SELECT person_id AS id FROM lead_copy WHERE person_id = ANY($1)
     UNION SELECT person_id FROM contact_copy WHERE person_id = ANY($1)`,
    [personIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Has changes of what is known of the same persons wait for each other, until the transaction ends. */
export async function lockPersons(tx: Tx, personIds: readonly string[]): Promise<void> {
  // In one order, so that two transactions cannot lock each other out.
  const ordered = [...new Set(personIds)].sort();
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended(person, 0)) FROM unnest($1::text[]) AS person", [
    ordered,
  ]);
}

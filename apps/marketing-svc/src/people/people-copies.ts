import { rowScope, type Permission, type RequestContext } from "@kehu/auth";
import type { Queryable, Tx } from "@kehu/database";
import { Values, type ReferenceTarget } from "@kehu/records";

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

/** Where persons are known from, and whose permission shows them there. */
const KNOWN_FROM: readonly [table: string, permission: Permission][] = [
  ["lead_copy", "sales.lead.read"],
  ["contact_copy", "customer.contact.read"],
  ["campaign_member", "marketing.campaign-member.read"],
];
/** Permissions under which people show themselves beside what marketing owns. */
export const PEOPLE: readonly Permission[] = ["sales.lead.read", "customer.contact.read"];

/**
 * @param who reaches only persons who are leads, contacts or members of campaigns in his scope, deleted ones among them;
 *   everybody else is as unknown to him as nobody
 * @returns those of the persons who are known
 */
export async function knownPersons(
  queryable: Queryable,
  personIds: readonly string[],
  who: RequestContext,
): Promise<ReadonlySet<string>> {
  const values = new Values();
  const wanted = values.bind(personIds);
  const reached = KNOWN_FROM.filter(([, permission]) => who.actorType === "system" || permission in who.grants);
  if (reached.length === 0) return new Set();
  const parts = reached.map(
    ([table, permission]) =>
      `SELECT x.person_id AS id FROM ${table} x WHERE x.person_id = ANY(${wanted}) AND ${rowScope(who, permission, "x", values.bind)}`,
  );
  const rows = await queryable.query<{ id: string }>(parts.join(" UNION "), values.list);
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

import type { Bind } from "@kehu/auth";
import type { Subject } from "@kehu/records";

/** @returns SQL of the ids of the interactions or tasks that are linked to a person, those that are deleted among them */
export function linkedTo(table: "interaction" | "task", { contactIds, leadIds }: Subject, bind: Bind): string {
  const ids = [...contactIds.map((id) => ({ type: "contact", id })), ...leadIds.map((id) => ({ type: "lead", id }))];
  const links = bind(JSON.stringify(ids));
  const deleted = bind(ids.map((link) => JSON.stringify([link])));
  // The links of what is deleted stand in no table of their own.
  return `SELECT l.${table}_id FROM ${table}_link l
    JOIN jsonb_to_recordset(${links}) AS him (type text, id uuid) ON l.record_type = him.type AND l.record_id = him.id
    UNION ALL SELECT d.id FROM ${table} d WHERE d.deleted_at IS NOT NULL AND d.links @> ANY(${deleted}::jsonb[])`;
}

import type { RetentionCondition } from "@kehu/records";

/** Something that was done about a contact (`o`) since then. */
const ACTIVITY = (since: string) => `
  EXISTS (SELECT FROM interaction_link i WHERE i.record_type = 'contact' AND i.record_id = o.id AND i.occurred_at >= ${since})
  OR EXISTS (SELECT FROM task_link k WHERE k.record_type = 'contact' AND k.record_id = o.id AND k.at >= ${since})
  OR EXISTS (SELECT FROM opportunity_copy d WHERE d.contact_ids @> ARRAY[o.id] AND (d.is_open OR d.touched_at >= ${since}))
  OR EXISTS (SELECT FROM ticket_copy d WHERE d.contact_id = o.id AND (d.is_open OR d.touched_at >= ${since}))`;

/** The copies of other services' records that do not say yet of whom they are. */
const UNKNOWN = ["lead_copy", "opportunity_copy", "ticket_copy"]
  .map((table) => `AND NOT EXISTS (SELECT FROM ${table} u WHERE u.touched_at IS NULL)`)
  .join(" ");

/** Nothing was done about the person, in no record of him; no deal, ticket or lead of his is open. */
const untouched: RetentionCondition = (since) => `NOT EXISTS (
    SELECT FROM contact o WHERE o.person_id = t.person_id AND (o.updated_at >= ${since} OR ${ACTIVITY(since)}))
  AND NOT EXISTS (
    SELECT FROM lead_copy l WHERE l.person_id = t.person_id AND (l.is_open OR l.touched_at >= ${since})) ${UNKNOWN}`;

/** The conditions of rules about contacts. */
export const CONTACT_CONDITIONS: Readonly<Record<string, RetentionCondition>> = { untouched };

import type { RetentionCondition } from "@kehu/records";

/**
 * All leads of the person are as the rule says and have had no activity since, none was converted, and he is no contact: who
 * is one is a matter of the rules about contacts.
 *
 * @param as SQL of what the rule says about a lead (`o`)
 */
const everyLead =
  (as: string): RetentionCondition =>
  (since) => `NOT EXISTS (
    SELECT FROM lead o LEFT JOIN lead_activity a ON a.lead_id = o.id
    WHERE o.person_id = t.person_id AND (NOT (${as}) OR o.updated_at >= ${since} OR a.at >= ${since}))
  AND NOT EXISTS (SELECT FROM contact_copy c WHERE c.person_id = t.person_id)
  AND NOT EXISTS (SELECT FROM contact_copy c WHERE c.person_id IS NULL)`;

/** The conditions of rules about leads. */
export const LEAD_CONDITIONS: Readonly<Record<string, RetentionCondition>> = {
  unqualified: everyLead("o.status = 'unqualified'"),
  untouched: everyLead("o.status <> 'converted'"),
};

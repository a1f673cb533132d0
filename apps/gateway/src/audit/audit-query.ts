import { Malformed } from "@kehu/contracts";
import { filterParameters, isInstant, type QueryParameter } from "@kehu/records";
import { OUTCOMES } from "./entry.ts";

const plain = (description: string): QueryParameter => ({ description, schema: { type: "string" } });
const instant = (description: string): QueryParameter => ({
  description,
  schema: { type: "string", description: "An instant such as 2026-01-31T09:00:00Z, or a day, from midnight UTC" },
});

/** The query parameters by which entries are chosen. */
export const FILTERS = {
  actorId: plain("Id of the user or API key, or the name of the part of Kehu that acted"),
  action: plain("Type of the event, or what else was done (`identity.session.opened`)"),
  outcome: { description: "What became of it", schema: { type: "string", enum: OUTCOMES } },
  recordType: plain("The concept, as in permissions (`account`)"),
  recordId: plain("Id of the record"),
  requestId: plain("Id of the request, as in `traceId` of a problem"),
  from: instant("From this time on"),
  to: instant("Before this time"),
} as const satisfies Record<string, QueryParameter>;

type Name = keyof typeof FILTERS;

const CONDITIONS: Readonly<Record<Name, (value: string) => string>> = {
  actorId: (value) => `e.actor_id = ${value}`,
  action: (value) => `e.action = ${value}`,
  outcome: (value) => `e.outcome = ${value}`,
  recordType: (value) => `e.record_type = ${value}`,
  recordId: (value) => `e.record_id = lower(${value})`,
  requestId: (value) => `e.request_id = ${value}`,
  from: (value) => `e.at >= ${value}::timestamptz`,
  to: (value) => `e.at < ${value}::timestamptz`,
};

/** The entries that are asked for: values by parameter. */
export type Chosen = Partial<Record<Name, string>>;

/**
 * Takes the filters out of a query string.
 *
 * @throws Malformed naming the parameter
 */
export function parseChosen(query: Readonly<Record<string, unknown>>): Chosen {
  const names = Object.keys(FILTERS) as Name[];
  const given = filterParameters({}, query, names).plain;
  const chosen: Chosen = {};
  for (const name of names) if (given[name] !== undefined) chosen[name] = valueOf(name, given[name]);
  return chosen;
}

/** The chosen ones as a condition in SQL. */
export function conditionOf(chosen: Chosen, bind: (value: unknown) => string): string {
  const conditions = (Object.entries(chosen) as [Name, string][]).map(([name, value]) => CONDITIONS[name](bind(value)));
  // The index of refusals holds what is not done.
  if (chosen.outcome !== undefined && chosen.outcome !== "done") conditions.push("e.outcome <> 'done'");
  return conditions.length > 0 ? conditions.join(" AND ") : "true";
}

function valueOf(name: Name, text: string): string {
  if (name === "outcome" && !(OUTCOMES as readonly string[]).includes(text))
    throw new Malformed("query.invalid", "There is no such outcome.", { allowed: OUTCOMES });
  if (name !== "from" && name !== "to") return text;
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  if (!isInstant(time))
    throw new Malformed("query.invalid", `${name} is an instant such as 2026-01-31T09:00:00Z, or a day.`);
  return time;
}

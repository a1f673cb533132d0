/**
 * The policy of docs/security.md in its own words, for the people of this test. Nothing here comes from the product: who
 * may do what was written by hand, so that the two can disagree.
 */

export const PLACES = ["mine", "team's", "other branch's", "nobody's", "deleted", "absent"] as const;
/** Whose a record is, as the owner of this test sees it; a deleted one was his. */
export type Place = (typeof PLACES)[number];

export const ACTORS = [
  "anonymous",
  "without role",
  "read-only",
  "owner",
  "peer",
  "manager",
  "other branch",
  "administrator",
] as const;
export type Actor = (typeof ACTORS)[number];

/** What a request is answered: done, 401, 403, 403 for a record that may be read, 404. */
export type Answer = "done" | "sign in" | "not allowed" | "read only" | "absent";

type Reach = "own" | "team" | "subtree" | "all";
type Rules = Readonly<Record<string, Reach>>;
type Role = Readonly<Record<string, Rules>>;

const CUSTOMERS = ["customer.account", "customer.contact", "customer.interaction", "customer.task"];
const WORK = [...CUSTOMERS, "service-desk.ticket", "marketing.campaign", "marketing.campaign-member"];
const LEDGER = ["marketing.consent", "marketing.suppression"];
const ORDER = ["sales.pipeline", "service-desk.queue"];
const COMPANY = ["identity.user", "identity.team", "identity.role", "identity.settings"];

const give = (concepts: readonly string[], rules: Rules): Role =>
  Object.fromEntries(concepts.map((concept) => [concept, rules]));

/** A role that reads so far, changes so far, and throws away so far. */
const role = (read: Reach, write: Reach, remove: Reach, more: Rules = {}): Role => ({
  ...give(WORK, { read, write, delete: remove, ...more }),
  ...give(LEDGER, { read, write, ...more }),
  "sales.lead": { read, write, delete: remove, convert: write, ...more },
  "sales.opportunity": { read, write, delete: remove, reopen: remove, ...more },
  ...give([...ORDER, ...COMPANY, "analytics.metric"], { read: "all" }),
});

const FULL: Rules = {
  read: "all",
  write: "all",
  delete: "all",
  import: "all",
  convert: "all",
  reopen: "all",
  repair: "all",
};
const EVERYTHING = [...WORK, ...LEDGER, ...ORDER, ...COMPANY, "sales.lead", "sales.opportunity", "analytics.metric"];

/** The roles of this test that are made for it; their permissions are `<concept>.<verb>`. */
export const MADE_ROLES: Readonly<Partial<Record<Actor, Role>>> = {
  owner: role("team", "own", "own"),
  peer: role("team", "team", "own"),
  manager: role("subtree", "subtree", "team", { import: "subtree" }),
  "other branch": role("own", "own", "own"),
};

const ROLES: Readonly<Record<Actor, Role>> = {
  anonymous: {},
  "without role": {},
  "read-only": give(EVERYTHING, { read: "all" }),
  administrator: give([...EVERYTHING, "operations.bus"], FULL),
  ...(MADE_ROLES as Record<"owner" | "peer" | "manager" | "other branch", Role>),
};

/** Owner and peer are in one team, the manager in the one above it, the other branch beside that. */
const NEAR: Readonly<Partial<Record<Actor, Readonly<Record<Exclude<Reach, "all">, readonly Place[]>>>>> = {
  owner: { own: ["mine"], team: ["mine", "team's"], subtree: ["mine", "team's"] },
  peer: { own: ["team's"], team: ["mine", "team's"], subtree: ["mine", "team's"] },
  manager: { own: [], team: [], subtree: ["mine", "team's"] },
  "other branch": { own: ["other branch's"], team: ["other branch's"], subtree: ["other branch's"] },
};

function reaches(actor: Actor, reach: Reach | undefined, place: Place): boolean {
  if (reach === undefined || place === "absent") return false;
  return reach === "all" || (NEAR[actor]?.[reach] ?? []).includes(place === "deleted" ? "mine" : place);
}

/** Whether anything of a record may show itself to the actor. */
export function sees(actor: Actor, concept: string, place: Place): boolean {
  return reaches(actor, ROLES[actor][concept]?.["read"], place);
}

/**
 * What the policy answers.
 *
 * @param path as in the OpenAPI document, from `/v1` on
 * @param place of the record that the path or the body names; null where there is none
 */
export function answerTo(actor: Actor, method: string, path: string, place: Place | null): Answer {
  const [concept, verb] = wordsOf(method, path);
  if (concept === "everybody") return place === "absent" ? "absent" : "done";
  if (actor === "anonymous") return "sign in";
  if (concept === "oneself") return place === null || place === "mine" ? "done" : "absent";
  const reach = ROLES[actor][concept]?.[verb];
  if (reach === undefined) return "not allowed";
  if (place === null) return "done";
  const isSeen = sees(actor, concept, place) || (concept === "operations.bus" && place !== "absent");
  if (!isSeen || (place === "deleted" && !/\/(history|restore)$/.test(path))) return "absent";
  return reaches(actor, reach, place) ? "done" : "read only";
}

const AREAS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["accounts", "contacts", "interactions", "tasks"].map((name) => [name, `customer.${name.slice(0, -1)}`]),
  ),
  ...Object.fromEntries(
    ["campaigns", "campaign-members", "consents", "suppressions"].map((name) => [
      name,
      `marketing.${name.slice(0, -1)}`,
    ]),
  ),
  leads: "sales.lead",
  opportunities: "sales.opportunity",
  pipelines: "sales.pipeline",
  tickets: "service-desk.ticket",
  queues: "service-desk.queue",
  users: "identity.user",
  teams: "identity.team",
  roles: "identity.role",
  settings: "identity.settings",
  metrics: "analytics.metric",
  freshness: "operations.bus",
  operations: "operations.bus",
  me: "oneself",
};

/** The concept that a request is about, and what it does with it. */
export function wordsOf(method: string, path: string): [concept: string, verb: string] {
  const [area = "", ...rest] = path.replace("/v1/", "").split("/");
  const last = rest.at(-1) ?? "";
  const concept = last === "logout" ? "oneself" : (AREAS[area] ?? "everybody");
  if (concept === "operations.bus") return [concept, method === "GET" ? "read" : "repair"];
  // Who sees where somebody is signed in could watch him.
  if (area === "users" && last === "sessions") return [concept, "write"];
  if (["convert", "import"].includes(last)) return [concept, last];
  if (concept === "sales.opportunity" && last === "reopen") return [concept, last];
  if (method === "DELETE" || last === "restore") return [concept, "delete"];
  return [concept, method === "GET" || last === "search" ? "read" : "write"];
}

/** What a metric counts, by its name. */
export function countedBy(metric: string): string {
  if (/^(won|lost|win|open-pipeline|weighted-pipeline|sales-cycle)-/.test(metric)) return "sales.opportunity";
  const [name = ""] =
    /^(campaign-member|lead|account|contact|interaction|task|ticket|campaign)(?=-)/.exec(metric) ?? [];
  return AREAS[`${name}s`] ?? "unknown";
}

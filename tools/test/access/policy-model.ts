import { wordsOf } from "./policy-words.ts";

/**
 * The policy of docs/security.md in its own words, for the people of this test. Nothing here comes from the product: who
 * may do what was written by hand, so that the two can disagree.
 */

export const PLACES = [
  "mine",
  "team's",
  "team's pool",
  "other branch's",
  "shared to read",
  "shared to write",
  "nobody's",
  "deleted",
  "absent",
] as const;
/**
 * Whose a record is, as the owner of this test sees it; a deleted one was his. What is shared belongs to the other
 * branch: the one to be read is shared with the owner, the one to be written with the manager's team.
 */
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
  "narrow key",
] as const;
export type Actor = (typeof ACTORS)[number];

/** What a request is answered: done, 401, 403, 403 for a record that may be read, 403 for what only people do, 404. */
export type Answer = "done" | "sign in" | "not allowed" | "read only" | "not for keys" | "absent";

type Reach = "own" | "team" | "subtree" | "all";
type Rules = Readonly<Record<string, Reach>>;
type Role = Readonly<Record<string, Rules>>;

const CUSTOMERS = ["customer.account", "customer.contact", "customer.interaction", "customer.task"];
const WORK = [...CUSTOMERS, "service-desk.ticket", "marketing.campaign", "marketing.campaign-member"];
const LEDGER = ["marketing.consent", "marketing.suppression"];
const FIELDS = ["customer", "sales", "service-desk", "marketing"].map((area) => `${area}.field`);
const ORDER = ["sales.pipeline", "service-desk.queue", ...FIELDS];
const COMPANY = ["user", "team", "role", "settings", "vocabulary"].map((concept) => `identity.${concept}`);

const give = (concepts: readonly string[], rules: Rules): Role =>
  Object.fromEntries(concepts.map((concept) => [concept, rules]));

/** A role that reads so far, changes so far, and throws away so far; and what it does with what nobody owns. */
const role = (read: Reach, write: Reach, remove: Reach, more: Rules = {}, ledger: Rules = {}): Role => ({
  ...give(WORK, { read, write, delete: remove, ...more }),
  ...give(LEDGER, ledger),
  "customer.contact": { read, write, delete: remove, erase: remove, reveal: write, ...more },
  "sales.lead": { read, write, delete: remove, convert: write, erase: remove, reveal: write, ...more },
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
  erase: "all",
  reveal: "all",
  repair: "all",
  export: "all",
  manage: "all",
  handover: "all",
};
/** What nobody but the administrator is given. */
const ADMINISTRATION = ["operations.bus", "operations.personal-data", "identity.audit", "identity.configuration"];
const EVERYTHING = [...WORK, ...LEDGER, ...ORDER, ...COMPANY, "sales.lead", "sales.opportunity", "analytics.metric"];

/** The roles of this test that are made for it; their permissions are `<concept>.<verb>`. */
export const MADE_ROLES: Readonly<Partial<Record<Actor, Role>>> = {
  owner: role("team", "own", "own", { export: "own" }, { read: "all", write: "all" }),
  peer: role("team", "team", "own", {}, { read: "all" }),
  manager: role(
    "subtree",
    "subtree",
    "team",
    { import: "subtree", export: "subtree" },
    { read: "all", write: "all", import: "all" },
  ),
  "other branch": role("own", "own", "own"),
};

/** What the owner gave his key: less than he may do, and not as far. */
export const KEY_ROLE: Role = {
  ...give(["customer.account", "sales.lead", "service-desk.ticket"], { read: "own" }),
  "customer.contact": { read: "own", reveal: "own" },
  "analytics.metric": { read: "all" },
};

const ROLES: Readonly<Record<Actor, Role>> = {
  anonymous: {},
  "without role": {},
  "read-only": give(EVERYTHING, { read: "all" }),
  administrator: give([...EVERYTHING, ...ADMINISTRATION], FULL),
  "narrow key": KEY_ROLE,
  ...(MADE_ROLES as Record<"owner" | "peer" | "manager" | "other branch", Role>),
};

const TEAM = ["mine", "team's", "team's pool"] as const;
const OTHERS = ["other branch's", "shared to read", "shared to write"] as const;

/** Owner and peer are in one team, the manager in the one above it, the other branch beside that. */
const NEAR: Readonly<Partial<Record<Actor, Readonly<Record<Exclude<Reach, "all">, readonly Place[]>>>>> = {
  owner: { own: ["mine"], team: TEAM, subtree: TEAM },
  "narrow key": { own: ["mine"], team: TEAM, subtree: TEAM },
  peer: { own: ["team's"], team: TEAM, subtree: TEAM },
  manager: { own: [], team: [], subtree: TEAM },
  "other branch": { own: OTHERS, team: OTHERS, subtree: OTHERS },
};

/** With whom a record is shared. */
const SHARED: Readonly<Partial<Record<Place, readonly Actor[]>>> = {
  "shared to read": ["owner", "narrow key"],
  "shared to write": ["owner", "narrow key", "peer", "manager"],
};

/** @param sharing what of it counts: all, only what is shared to be written, or none */
function reaches(actor: Actor, reach: Reach | undefined, place: Place, sharing: "all" | "write" | "none"): boolean {
  if (reach === undefined || place === "absent") return false;
  if (reach === "all" || (NEAR[actor]?.[reach] ?? []).includes(place === "deleted" ? "mine" : place)) return true;
  const counts = sharing === "all" || (sharing === "write" && place === "shared to write");
  return counts && (SHARED[place] ?? []).includes(actor);
}

/** What only who holds a record does, or who is as good as he: with whom it is shared does none of it. */
function sharingFor(verb: string, path: string): "all" | "write" | "none" {
  if (["delete", "erase", "import"].includes(verb) || /\/(owner(\/pool)?|assign)$|\/collaborators\//.test(path))
    return "none";
  return ["read", "reveal", "export"].includes(verb) ? "all" : "write";
}

/** Whether anything of a record may show itself to the actor; or, of what he sees, whether he may take it out. */
export function sees(actor: Actor, concept: string, place: Place, verb: "read" | "export" = "read"): boolean {
  return reaches(actor, ROLES[actor][concept]?.[verb], place, "all");
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
  if (concept === "what one may read") return "done";
  if (actor === "narrow key" && (concept === "oneself" || concept === "api-key" || isForPeople(method, path)))
    return "not for keys";
  // Why a record is within reach is told to whoever sees it.
  if (path.endsWith("/explain/record"))
    return place !== null && place !== "deleted" && sees(actor, "customer.account", place) ? "done" : "absent";
  if (/^\/v1\/[^/]+\/imports(\/|$)/.test(path)) return ofImports(ROLES[actor][concept]?.["import"], place);
  if (concept === "api-key") return ofKeys(actor, method, place);
  if (concept === "oneself") return place === null || place === "mine" ? "done" : "absent";
  const reach = ROLES[actor][concept]?.[verb];
  if (reach === undefined) return "not allowed";
  if (place === null) return "done";
  // Of files everybody has his own.
  if (verb === "export" && !concept.startsWith("operations.")) return place === "mine" ? "done" : "absent";
  if (/\/views\/\{id\}/.test(path)) return ofViews(actor, method, place);
  const isSeen = sees(actor, concept, place) || (concept.startsWith("operations.") && place !== "absent");
  if (!isSeen || (place === "deleted" && !/\/(history|handovers|restore|erase|subject-export)$/.test(path)))
    return "absent";
  return reaches(actor, reach, place, sharingFor(verb, path)) ? "done" : "read only";
}

/** What a key could use to outlive itself. */
const isForPeople = (method: string, path: string) =>
  path.endsWith("/subject-export") ||
  path.startsWith("/v1/configuration") ||
  path === "/v1/users/{id}/password-reset" ||
  (path === "/v1/users/{id}/sessions" && method === "DELETE");

/** Everybody has his own, and here they are the administrator's: who imports everything sees them. */
function ofImports(reach: Reach | undefined, place: Place | null): Answer {
  if (reach === undefined) return "not allowed";
  return place === null || (place !== "absent" && reach === "all") ? "done" : "absent";
}

/** The owner keeps one for himself; one of the administrator's is for everyone, and changed by him alone. */
function ofViews(actor: Actor, method: string, place: Place): Answer {
  if (place === "absent") return "absent";
  if (place === "mine") return actor === "owner" || actor === "narrow key" ? "done" : "absent";
  return method === "GET" || actor === "administrator" ? "done" : "read only";
}

/** Everybody has his own; the administrator sees and revokes those of others, and changes none. */
function ofKeys(actor: Actor, method: string, place: Place | null): Answer {
  if (place === null || place === "mine") return "done";
  if (place === "absent" || actor !== "administrator") return "absent";
  return method === "PATCH" ? "read only" : "done";
}

import { EXPORTS } from "./exports.ts";
import { PASSWORD } from "./people.ts";
import { answerTo, PLACES } from "./policy-model.ts";
import type { Operation, Recipe } from "./recipe.ts";
import { OTHERS, OPERATIONS } from "./other-recipes.ts";
import { resourceOf, type TestResource } from "./resources.ts";
import { ALWAYS, fieldCalled, PLANTED_FIELD } from "./planted.ts";
import type { World } from "./world.ts";

const post = (body?: object, given?: object): Recipe => ({
  ...(body && { body: () => body }),
  ...(given && { given }),
});

/** A verb of a resource: what it is told, and what the record was before. */
const VERBS: Readonly<Record<string, Recipe>> = {
  "leads contact": post(),
  "leads nurture": post(),
  "leads qualify": post(undefined, { status: "contacted" }),
  "leads unqualify": post({ reason: "no budget" }),
  "leads recycle": post(undefined, { status: "unqualified", unqualifiedReason: "no budget" }),
  "leads convert": post({}),
  "opportunities stage": post({ stage: "Proposal" }),
  "opportunities win": post({}),
  "opportunities lose": post({ reason: "price" }),
  "opportunities reopen": post({ reason: "again", stage: "Proposal" }, { stage: "Lost", lostReason: "price" }),
  "tasks complete": post(),
  "tasks reopen": post(undefined, { status: "completed" }),
  "tickets assign": { body: ({ world }) => ({ ownerId: world.people.get("manager").id }) },
  "tickets open": post(),
  "tickets pend": post(undefined, { status: "open" }),
  "tickets hold": post(undefined, { status: "open" }),
  "tickets resolve": post(undefined, { status: "open" }),
  "tickets close": post(undefined, { status: "resolved" }),
  "tickets reopen": post(undefined, { status: "resolved" }),
  "tickets spam": post(),
  "tickets escalate": post(),
  "tickets messages": post({ body: "How can we help?" }),
  "campaigns schedule": post(undefined, { status: "draft" }),
  "campaigns launch": post(undefined, { status: "scheduled" }),
  "campaigns pause": post(undefined, { status: "running" }),
  "campaigns resume": post(undefined, { status: "paused" }),
  "campaigns finish": post(undefined, { status: "running" }),
  "campaigns cancel": post(undefined, { status: "draft" }),
  "campaign-members status": post({ status: "invited" }),
  "pipelines make-default": post(),
  "users password-reset": { ready: activate, leaves: "all" },
  "users invitations": { leaves: "all" },
  "users suspend": { ready: activate },
  "users reactivate": {
    ready: async (world, id) => {
      await activate(world, id);
      await world.admin("POST", `/v1/users/${id}/suspend`);
    },
  },
  "users sessions": { leaves: "all" },
  "users handover": { body: ({ world }) => ({ toUserId: world.people.get("manager").id }) },
};

/** What every resource has. */
const COMMON: Readonly<Record<string, (resource: TestResource) => Recipe>> = {
  "GET ": () => ({}),
  "GET fields": () => ({}),
  "GET aggregate": () => ({}),
  "GET {id}": () => ({}),
  "GET pinned": () => ({}),
  "GET recent": () => ({}),
  "PUT pin": () => ({ leaves: "all" }),
  "DELETE pin": () => ({ leaves: "all" }),
  "GET history": () => ({}),
  "POST search": () => post({ where: ALWAYS, count: "exact", limit: 200 }),
  "POST ": ({ least }) => ({ body: ({ world, actor }) => least(world.freshMark(), world.readable(actor)) }),
  "PATCH {id}": ({ patch }) => ({ body: ({ world }) => patch(world.freshMark()) }),
  "DELETE {id}": () => ({}),
  "POST restore": () => ({ leaves: PLACES.filter((place) => place !== "deleted") }),
  "POST owner": () => ({ body: ({ world }) => ({ ownerId: world.people.get("manager").id }) }),
  "POST pool": () => ({ body: ({ world }) => ({ teamId: world.people.teams["west"] }) }),
  "PUT {collaboratorId}": () => post({ access: "write" }),
  "DELETE {collaboratorId}": ({ name }) => ({ ready: (world, id) => shareWithReader(world, name, id) }),
  "POST erase": () => ({}),
  "POST reveal": () => ({ leaves: "all" }),
  "POST subject-export": () => ({ leaves: "all" }),
  "POST bulk": (resource) => ({ body: bulk(resource, {}, resource.least) }),
  "POST import": (resource) => ({ body: bulk(resource, { origin: "import" }, resource.full) }),
};

/** The fields that a company adds to a resource. */
const FIELD: Recipe = {
  places: ["nobody's", "absent"],
  subject: (_world, _actor, place) => Promise.resolve(place === "absent" ? "nothing" : PLANTED_FIELD),
};
const FIELDS: Readonly<Record<string, Recipe>> = {
  "POST fields": { body: ({ world }) => fieldCalled(camel(world.freshMark())) },
  "GET fields/{name}": FIELD,
  "GET fields/{name}/history": FIELD,
  "POST fields/{name}/restore": FIELD,
  "PATCH fields/{name}": { ...FIELD, body: () => ({ label: { en: "Mark", zh: "记号" } }) },
  "DELETE fields/{name}": {
    ...FIELD,
    subject: async (world, actor, place, path) => {
      if (place === "absent" || actor !== "administrator") return FIELD.subject!(world, actor, place, path);
      const name = camel(world.freshMark());
      await world.admin("POST", path.replace("/{name}", ""), fieldCalled(name));
      return name;
    },
  },
};

/** One that was taken back long ago: there is nothing to run, and nothing to take back again. */
const IMPORT: Recipe = {
  places: ["nobody's", "absent"],
  subject: (world, _actor, place, path) => Promise.resolve(world.importOf(resourceOf(path)!, place)),
};
const IMPORTS: Readonly<Record<string, Recipe>> = {
  // No file comes with it.
  "POST imports": { done: 400, body: () => ({}) },
  "GET imports": {},
  "GET imports/{id}": IMPORT,
  "GET imports/{id}/rows": IMPORT,
  "GET imports/{id}/progress": IMPORT,
  "GET imports/{id}/errors.csv": { ...IMPORT, done: 410 },
  "POST imports/{id}/run": { ...IMPORT, done: 409, body: () => ({}) },
  "POST imports/{id}/rollback": { ...IMPORT, done: 409 },
};

/** Views of a resource's list: one that the owner keeps for himself, and one of the administrator's for everyone. */
const VIEW: Recipe = {
  places: ["mine", "shared to read", "absent"],
  subject: (world, _actor, place, path) => Promise.resolve(world.view(resourceOf(path)!, place)),
  table: (path) => resourceOf(path)!.table.replace(/\..*/, ".saved_view"),
};
/** Who may change it changes one of its own. */
const CHANGED_VIEW: Recipe = {
  ...VIEW,
  subject: (world, actor, place, path) => {
    const isChanged = answerTo(actor, "DELETE", path, place) === "done";
    const resource = resourceOf(path)!;
    return isChanged ? world.saveView(resource, place) : Promise.resolve(world.view(resource, place));
  },
};
const VIEWS: Readonly<Record<string, Recipe>> = {
  "GET views": {},
  "POST views": { body: ({ world }) => ({ name: world.freshMark(), where: ALWAYS }) },
  "GET views/{id}": VIEW,
  "GET views/{id}/history": VIEW,
  "GET views/{id}/records": { ...VIEW, query: () => "?limit=200" },
  "PATCH views/{id}": { ...CHANGED_VIEW, body: ({ world }) => ({ name: world.freshMark() }) },
  "DELETE views/{id}": CHANGED_VIEW,
  "POST views/{id}/restore": CHANGED_VIEW,
};

const camel = (words: string) => words.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Changes the record; an entry of a ledger, which is never changed, is made. */
function bulk({ deletable, patch }: TestResource, more: object, make: TestResource["full"]): Recipe["body"] {
  return ({ world, actor, id }) => {
    const mark = world.freshMark();
    const operation = deletable
      ? { op: "update", id, data: patch(mark) }
      : { op: "create", data: make(mark, world.readable(actor)) };
    return { ...more, operations: [operation] };
  };
}

/** Reads of a part of a record. */
const PARTS = [
  "accounts dependents",
  "contacts dependents",
  "accounts timeline",
  "contacts timeline",
  "opportunities stages",
  "tickets messages",
  "users permissions",
  "users handovers",
  "users sessions",
];

/** The same, of those that want to know more than whose. */
const FURTHER: Readonly<Record<string, Recipe>> = {
  "users explain": { query: () => "?permission=customer.account.write" },
  "users {handoverId}": {
    places: ["nobody's", "absent"],
    why: { deleted: "who is deleted hands over nothing, and this one has not before" },
  },
};

async function shareWithReader(world: World, resource: string, id: string): Promise<void> {
  const path = `/v1/${resource}/${id}/collaborators/user/${world.people.get("read-only").id}`;
  await world.admin("PUT", path, { access: "read" });
}

async function activate(world: World, id: string): Promise<void> {
  const { invitationUrl } = await world.admin("POST", `/v1/users/${id}/invitations`);
  await world.system.must("POST", new URL(String(invitationUrl)).pathname, undefined, { password: PASSWORD });
}

/** @returns undefined for an operation that nobody has thought of */
export function recipeOf({ method, path }: Operation): Recipe | undefined {
  const resource = resourceOf(path);
  const [, , area = "", ...rest] = path.split("/");
  if (area === "operations") return OTHERS[`${method} ${path}`] ?? OPERATIONS[`${method} ${rest.slice(1).join("/")}`];
  if (!resource) return OTHERS[`${method} ${path}`];
  if (rest[0] === "fields" && (rest.length > 1 || method !== "GET")) return FIELDS[`${method} ${rest.join("/")}`];
  if (rest[0] === "imports") return IMPORTS[`${method} ${rest.join("/")}`];
  if (rest[0] === "exports") return EXPORTS[`${method} ${rest.join("/")}`];
  if (rest[0] === "views") return VIEWS[`${method} ${rest.join("/")}`];
  const last = rest.at(-1) ?? "";
  const verb = `${area} ${last}`;
  if (method === "GET" && PARTS.includes(verb)) return {};
  if (method === "GET" && FURTHER[verb]) return FURTHER[verb];
  if (method !== "GET" && VERBS[verb]) return VERBS[verb];
  return COMMON[`${method} ${last}`]?.(resource);
}

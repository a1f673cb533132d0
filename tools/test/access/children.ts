import { traceOf } from "./aftermath.ts";
import { promisedOperations } from "./cells.ts";
import { exportOfAnother } from "./exports.ts";
import { OPERATIONS } from "./other-recipes.ts";
import type { Operation } from "./recipe.ts";
import { RESOURCES, resourceOf } from "./resources.ts";
import type { System } from "./system.ts";
import type { Watch } from "./watch.ts";
import { fieldCalled } from "./planted.ts";

/** A row that must be after a request what it was before. */
interface Kept {
  table: string;
  id: string;
}

/** One request about a child under a parent that is not its own. */
interface Attempt {
  what: string;
  path: string;
  body?: object;
  kept: readonly Kept[];
  /** 404, where it is not said. */
  status?: number;
}

type Recipe = (watch: Watch, operation: Operation) => Promise<Attempt[]>;

/** What stands below something else: a parameter that is not the first thing behind the name of a resource. */
const isNested = ({ path }: Operation) =>
  path
    .split("/")
    .slice(4)
    .some((segment) => segment.startsWith("{"));

/** Every operation that names a child, as the OpenAPI documents have it. */
export const nestedOperations = (): Operation[] => promisedOperations().filter(isNested);

/** @returns how a child is asked for under a parent that is not its own; undefined where nobody has thought of it */
export function childrenRecipe({ path }: Operation): Recipe | undefined {
  if (path.endsWith("/collaborators/{type}/{collaboratorId}")) return collaborators;
  if (path === "/v1/me/sessions/{id}") return sessionOfAnother;
  if (path === "/v1/users/{id}/handovers/{handoverId}") return handoverOfAnother;
  if (/^\/v1\/operations\/[^/]+\/dead-letters\/\{id\}\/\w+$/.test(path)) return deadLetterOfAnother;
  if (/\/exports\/\{id\}/.test(path)) return exportOfAnother;
  if (/\/fields\/\{name\}/.test(path)) return fieldOfAnother;
  if (/\/imports\/\{id\}/.test(path)) return importOfAnother;
  if (/\/views\/\{id\}/.test(path)) return viewOfAnother;
  // Below `auth` stands nothing: the link names its user.
  return path.startsWith("/v1/auth/invitations/") ? () => Promise.resolve([]) : undefined;
}

/** Asks for children under parents that are not theirs. */
export async function underForeignParents(watch: Watch, operation: Operation): Promise<void> {
  const { system } = watch.world;
  for (const { what, path, body, kept, status = 404 } of await childrenRecipe(operation)!(watch, operation)) {
    const before = await tracesOf(system, kept);
    const answer = await watch.ask(operation.method, path, { ...(body && { body }) });
    if (answer.status !== status) watch.note(`${operation.method} ${what} answers ${answer.status}`);
    if ((await tracesOf(system, kept)) !== before) watch.note(`${operation.method} ${what} left something behind`);
  }
}

const tracesOf = async (system: System, kept: readonly Kept[]) =>
  JSON.stringify(await Promise.all(kept.map(async ({ table, id }) => (await traceOf(system, table, id)).row)));

/** With whom a record is shared is asked for under others: one that the owner holds, and one that is out of his reach. */
async function collaborators({ world }: Watch, { method, path }: Operation): Promise<Attempt[]> {
  const resource = resourceOf(path)!;
  const { id: guest } = world.people.get("read-only");
  const places = ["mine", "mine", "other branch's"] as const;
  const [parent, reached, foreign] = (await world.fresh(resource, places, {})) as [string, string, string];
  const under = (id: string, type = "user") => `/v1/${resource.name}/${id}/collaborators/${type}/${guest}`;
  for (const id of [parent, foreign]) await world.admin("PUT", under(id), { access: "read" });
  const { table } = resource;
  const all = [parent, reached, foreign].map((id) => ({ table, id }));
  const body = method === "PUT" ? { body: { access: "write" } } : {};
  const ofForeign = { what: `${path} of what is out of reach`, path: under(foreign), kept: all, ...body };
  if (method === "PUT") {
    const others = all.filter(({ id }) => id !== reached);
    const own = { what: `${path} beside others`, path: under(reached), kept: others, status: 200, ...body };
    return [ofForeign, own];
  }
  return [
    ofForeign,
    { what: `${path} of another record`, path: under(reached), kept: all },
    { what: `${path} as another type`, path: under(parent, "team"), kept: all },
  ];
}

/** A session of somebody else, whose sessions the administrator could end where they stand. */
async function sessionOfAnother({ world }: Watch, { path }: Operation): Promise<Attempt[]> {
  const { id: stranger } = world.people.get("peer");
  const { data } = await world.admin("GET", `/v1/users/${stranger}/sessions`);
  return (data as { id: string }[]).map(({ id }) => ({
    what: path,
    path: path.replace("{id}", id),
    kept: [{ table: "identity.session", id }],
  }));
}

/** A field that another resource has, and this one has not. */
async function fieldOfAnother({ world }: Watch, { method, path }: Operation): Promise<Attempt[]> {
  const name = world.freshMark().replaceAll("-", "");
  const other = path.startsWith("/v1/accounts/") ? "contacts" : "accounts";
  const { id } = await world.admin("POST", `/v1/${other}/fields`, fieldCalled(name));
  const kept = [{ table: "customer.custom_field", id: String(id) }];
  return [
    { what: path, path: path.replace("{name}", name), kept, ...(method === "PATCH" && { body: { required: true } }) },
  ];
}

/** An import of another resource. */
function importOfAnother({ world }: Watch, { method, path }: Operation): Promise<Attempt[]> {
  const resource = resourceOf(path)!;
  const other = resource.name === "accounts" ? "contacts" : "accounts";
  const id = world.importOf({ ...resource, name: other }, "nobody's");
  const kept = [{ table: "customer.import_job", id }];
  return Promise.resolve([
    { what: path, path: path.replace("{id}", id), kept, ...(method === "POST" && { body: {} }) },
  ]);
}

/** A view of another list of the same service. */
async function viewOfAnother({ world }: Watch, { method, path }: Operation): Promise<Attempt[]> {
  const { name, table } = resourceOf(path)!;
  const schema = table.replace(/\..*/, "");
  const other = RESOURCES.find((one) => one.name !== name && one.table.startsWith(`${schema}.`))!;
  const id = await world.saveView(other, "shared to read");
  const kept = [{ table: `${schema}.saved_view`, id }];
  return [{ what: path, path: path.replace("{id}", id), kept, ...(method === "PATCH" && { body: { name: "fresh" } }) }];
}

/** A handover of one user, asked for under another. */
function handoverOfAnother({ world }: Watch, { path }: Operation): Promise<Attempt[]> {
  const { id } = world.people.get("peer");
  const under = path.replace("{id}", id).replace("{handoverId}", world.handover);
  return Promise.resolve([{ what: path, path: under, kept: [{ table: "identity.handover", id: world.handover }] }]);
}

/** A dead letter of each other service, under a number that this one has not: the numbers begin anew in each. */
async function deadLetterOfAnother({ world, actor }: Watch, { path }: Operation): Promise<Attempt[]> {
  const service = path.split("/")[3]!;
  const others = ["customer", "sales", "service-desk", "marketing"].filter((one) => one !== service);
  const { subject } = OPERATIONS["POST dead-letters/{id}/discard"]!;
  return Promise.all(
    others.map(async (other) => {
      const table = `${other.replace("-", "_")}.dead_letter`;
      await world.system.rows("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", [table, far()]);
      const id = await subject!(world, actor, "nobody's", path.replace(service, other));
      return { what: `${path} of ${other}`, path: path.replace("{id}", id), kept: [{ table, id }] };
    }),
  );
}

const far = () => 1_000_000_000 + Math.floor(Math.random() * 1_000_000_000);

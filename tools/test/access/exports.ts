import { eventually } from "@kehu/testing";
import { exportKey, EXPORTERS, exportsOf, makeExport, MADE_MS } from "./made-exports.ts";
import { PLACES, sees, type Actor, type Place } from "./policy-model.ts";
import type { Operation, Recipe } from "./recipe.ts";
import { RESOURCES, resourceOf, type TestResource } from "./resources.ts";
import type { Watch } from "./watch.ts";

const NEVER = "01980000-0000-7000-8000-00000000dead";
const tableOf = ({ table }: TestResource) => `${table.split(".")[0]!}.export_job`;
const isExporter = (actor: Actor) => EXPORTERS.some((one) => one === actor);

/** One's own, that of another one, and none. */
const EXPORT: Recipe = {
  places: ["mine", "other branch's", "absent"],
  table: (path) => tableOf(resourceOf(path)!),
  subject: (world, actor, place, path) => {
    const { name } = resourceOf(path)!;
    const another = actor === "administrator" ? "owner" : "administrator";
    const whose = place === "mine" && isExporter(actor) ? actor : another;
    return Promise.resolve(place === "absent" ? NEVER : world.exports.get(exportKey(whose, name))!);
  },
};

/** Lists as files, by what stands behind the name of the resource. */
export const EXPORTS: Readonly<Record<string, Recipe>> = {
  "POST exports": { body: () => ({ format: "csv" }) },
  "GET exports": {},
  "GET exports/{id}": EXPORT,
  // Without the token of its link, as a file is fetched once only; whoever may is told that it is missing.
  "GET exports/{id}/file": { ...EXPORT, places: ["mine"], why: { absent: "the link comes first" }, done: 400 },
};

/** An export below the name of another resource, with the token of its link where it takes one. */
export async function exportOfAnother(watch: Watch, { path }: Operation) {
  const { world } = watch;
  const here = resourceOf(path)!;
  const other = RESOURCES.find(({ owned, name }) => owned && name !== here.name)!;
  const id = world.exports.get(exportKey("administrator", other.name))!;
  const { url } = await world.admin("GET", `${exportsOf(other.name)}/${id}`);
  const there = String(url).replace(`/v1/${other.name}/`, `/v1/${here.name}/`);
  const wrong = path.endsWith("/file") ? there : `${exportsOf(here.name)}/${id}`;
  return [{ what: `${path} of ${other.name}`, path: wrong, kept: [{ table: tableOf(other), id }] }];
}

/** The records in a file are those that the actor reads and exports, and no text of others is in it. */
export async function exportedRecords(watch: Watch, { name, concept }: TestResource, where: object): Promise<void> {
  const { world, actor } = watch;
  const { url } = await makeExport(world.system, world.people.token(actor), name, { where });
  const { status, text } = await watch.ask("GET", String(url));
  if (status !== 200) watch.note(`the file of ${name} answers ${status}`);
  for (const place of PLACES.filter((one) => world.has(name, one))) {
    const id = world.id(
      RESOURCES.find((one) => one.name === name)!,
      place,
    );
    const isIn = text.includes(`\n${id},`);
    if (isIn !== mayBeIn(actor, concept, place)) watch.note(`the file of ${name} ${isIn ? "has" : "lacks"} ${place}`);
  }
}

/** Both entries say who it was, of what, and which columns there are. */
export async function auditedExport(watch: Watch): Promise<void> {
  const { world, actor } = watch;
  const { id, url } = await makeExport(world.system, world.people.token(actor), "leads", {
    fields: ["lastName", "status"],
  });
  await watch.ask("GET", String(url));
  const expected = ["completed", "downloaded"].map((what) =>
    ["sales.export." + what, "done", world.people.get(actor).id, "/v1/leads/exports/{id}", "lastName,status"].join(" "),
  );
  await eventually(async () => {
    const found = await world.system.rows<{ entry: string }>(
      `SELECT concat_ws(' ', action, outcome, actor_id, path, array_to_string(changed, ',')) AS entry
       FROM identity.audit_entry WHERE record_id = $1 ORDER BY id`,
      [String(id)],
    );
    expect(found.map(({ entry }) => entry)).toEqual(expected);
  }, MADE_MS);
}

const mayBeIn = (actor: Actor, concept: string, place: Place) =>
  place !== "deleted" && sees(actor, concept, place) && sees(actor, concept, place, "export");

import { randomUUID } from "node:crypto";
import { eventually } from "@kehu/testing";
import { plantExports } from "./made-exports.ts";
import type { People } from "./people.ts";
import { PLACES, sees, type Actor, type Place } from "./policy-model.ts";
import { ALWAYS, fieldCalled, hasViews, PLANTED_FIELD, wholeOf } from "./planted.ts";
import { RESOURCES, type TestResource } from "./resources.ts";
import type { System } from "./system.ts";

const BATCH = 500;
/** Each entry of the suppression list needs one of its own. */
const PERSONS = 120;
const LEVEL_MS = 60_000;

/** What stands in all texts of a planted record: nothing else in Kehu has it. */
export const markOf = (resource: string, place: Place) => `zq-${resource}-${place.replace(/[^a-z]/g, "")}-zq`;

/** A request that was refused, and who sent it. */
export interface Refusal {
  requestId: string;
  actor: Actor;
  what: string;
}

/** In this order they come: what stands elsewhere first, as the others refer to it. */
const BIRTHS: readonly Place[] = [
  "other branch's",
  "shared to read",
  "shared to write",
  "mine",
  "team's",
  "team's pool",
  "nobody's",
  "deleted",
];

/** The other system that knows planted records by their marks. */
export const SYSTEM = "elsewhere";

/** Where records of a resource can stand, and why they cannot stand elsewhere. */
export function whyNot(resource: TestResource, place: Place): string | null {
  if (place === "deleted" && !resource.deletable) return "is never deleted";
  if (!resource.owned && !["nobody's", "deleted", "absent"].includes(place)) return "belongs to nobody";
  return null;
}

/** The records of the matrix: one of each resource in each place, which stay as they are, and fresh ones to change. */
export class World {
  /** Requests that were refused, and whose entries in the audit trail nobody has looked at yet. */
  readonly refusals: Refusal[] = [];
  /** Id of what the planted user who is nobody's has handed over: nothing, as he owns nothing. */
  handover = "";
  /** Ids of the exports of whoever exports, one of each resource. */
  exports: ReadonlyMap<string, string> = new Map();
  /** How many were looked at. */
  audited = 0;
  private readonly planted = new Map<string, string>();
  private readonly views = new Map<string, string>();
  private readonly absent = randomUUID();
  private count = 0;
  private persons: string[] = [];

  private constructor(
    readonly system: System,
    readonly people: People,
  ) {}

  static async plant(system: System, people: People): Promise<World> {
    const world = new World(system, people);
    for (const { name } of RESOURCES.filter(({ owned }) => owned))
      await world.admin("POST", `/v1/${name}/fields`, fieldCalled(PLANTED_FIELD));
    for (const resource of RESOURCES.filter(({ bulk }) => bulk)) await world.plantImport(resource);
    world.persons = await world.meet(PERSONS);
    await world.untilLevel();
    for (const resource of RESOURCES) {
      for (const place of BIRTHS) {
        if (whyNot(resource, place)) continue;
        const ids = (name: string) => world.refer(name, "other branch's");
        const mark = markOf(resource.name, place);
        const data = { ...wholeOf(resource, mark, ids), externalIds: [{ system: SYSTEM, id: mark }] };
        const [id] = await world.born(resource, [data], place);
        world.planted.set(`${resource.name} ${place}`, id!);
      }
    }
    await world.handOver();
    world.exports = await plantExports(system, people);
    for (const resource of RESOURCES.filter(hasViews))
      for (const place of ["mine", "shared to read"] as const)
        world.views.set(`${resource.name} ${place}`, await world.saveView(resource, place));
    await world.untilLevel();
    return world;
  }

  id(resource: TestResource, place: Place): string {
    return place === "absent" ? this.absent : this.planted.get(`${resource.name} ${place}`)!;
  }

  /** The import of a resource that is planted; it is the administrator's. */
  importOf({ name }: TestResource, place: Place): string {
    return place === "absent" ? this.absent : this.planted.get(`import ${name}`)!;
  }

  /** Id of a planted view of the resource's list. */
  view({ name }: TestResource, place: Place): string {
    return place === "absent" ? this.absent : this.views.get(`${name} ${place}`)!;
  }

  /** A view of everything: the owner's for himself, or the administrator's for everyone. */
  async saveView({ name }: TestResource, place: Place): Promise<string> {
    const [maker, visibility] =
      place === "mine" ? (["owner", "private"] as const) : (["administrator", "everyone"] as const);
    const body = { name: "All", where: ALWAYS, visibility };
    return String((await this.system.must("POST", `/v1/${name}/views`, this.people.token(maker), body))["id"]);
  }

  has(resource: string, place: Place): boolean {
    return this.planted.has(`${resource} ${place}`);
  }

  /** Ids that a body of the actor may refer to. */
  readable(actor: Actor): (resource: string) => string {
    const place = actor === "other branch" ? "other branch's" : "mine";
    return (name) => this.refer(name, place);
  }

  /** @param name of a resource, which may say in which place; or `person`, of whom nobody has asked before */
  private refer(name: string, place: Place): string {
    if (name === "person") return this.persons.pop()!;
    return this.planted.get(name.includes(" ") ? name : `${name} ${place}`)!;
  }

  /** Where a planted record of the resource stands; undefined for any other record. */
  placeOf(resource: TestResource, id: string): Place | undefined {
    return PLACES.find((place) => this.planted.get(`${resource.name} ${place}`) === id);
  }

  /** The marks of records that show themselves in a text, although the actor must not see them. */
  leaks(actor: Actor, text: string): string[] {
    return this.unseen(actor).filter((mark) => text.includes(mark));
  }

  /** The marks of all records that the actor must not see. */
  unseen(actor: Actor): string[] {
    return RESOURCES.flatMap(({ name, concept }) =>
      PLACES.filter((place) => !sees(actor, concept, place)).map((place) => markOf(name, place)),
    );
  }

  /** A mark that no planted record has. */
  freshMark(): string {
    return `fresh-${String((this.count += 1))}-zq`;
  }

  /** New records, to be changed. @param given what the import says of their state */
  async fresh(resource: TestResource, places: readonly Place[], given: object): Promise<string[]> {
    const ids = new Map<Place, string[]>();
    for (const place of new Set(places)) {
      const wanted = places.filter((one) => one === place);
      const refer = this.readable("administrator");
      const items = wanted.map(() => ({ ...wholeOf(resource, this.freshMark(), refer), ...given }));
      ids.set(place, place === "absent" ? wanted.map(() => this.absent) : await this.born(resource, items, place));
    }
    return places.map((place) => ids.get(place)!.shift()!);
  }

  /** Waits until every service has heard of everything. */
  untilLevel(): Promise<unknown> {
    return eventually(async () => {
      const { level } = await this.admin("GET", "/v1/freshness");
      return level === true && (await this.admin("GET", "/v1/freshness"))["level"] === true;
    }, LEVEL_MS);
  }

  /** A request of the administrator that must succeed. */
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    return this.system.must(method, path, this.people.token("administrator"), body);
  }

  /** People who were leads of the owner once, and are known by that alone: to him, and to who reaches what was his. */
  private async meet(count: number): Promise<string[]> {
    const leads = RESOURCES.find(({ name }) => name === "leads")!;
    const ownerId = this.people.ownerOf("mine");
    const items = Array.from({ length: count }, () => ({ lastName: "Passer-by", ownerId }));
    const ids = await this.imported(leads, items);
    const { data } = await this.admin("GET", `/v1/leads?limit=${count}&fields=personId`);
    for (const id of ids) await this.admin("DELETE", `/v1/leads/${id}`);
    return (data as { personId: string }[]).map(({ personId }) => personId);
  }

  private async plantImport({ name, table }: TestResource): Promise<void> {
    const schema = table.split(".")[0]!;
    const [row] = await this.system.rows<{ id: string }>(
      `INSERT INTO ${schema}.import_job (id, resource, caller, owner_id, file_name, bytes, options, status)
       VALUES (gen_random_uuid(), $1, jsonb_build_object('actorId', $2::text), $2, 'planted.csv', 0, '{}', 'rolled_back')
       RETURNING id`,
      [name, this.people.get("administrator").id],
    );
    this.planted.set(`import ${name}`, row!.id);
  }

  private async handOver(): Promise<void> {
    const path = `/v1/users/${this.planted.get("users nobody's")}`;
    const { id } = await this.admin("POST", `${path}/handover`, { toUserId: this.people.get("manager").id });
    this.handover = String(id);
    await eventually(async () => (await this.admin("GET", `${path}/handovers/${this.handover}`))["done"], LEVEL_MS);
  }

  private async born(resource: TestResource, items: readonly object[], place: Place): Promise<string[]> {
    const ownerId = this.people.ownerOf(place);
    const data = items.map((item) => (resource.owned ? { ...item, ownerId } : item));
    const ids = resource.bulk ? await this.imported(resource, data) : await this.created(resource, data);
    await Promise.all(ids.map((id) => this.settle(`/v1/${resource.name}/${id}`, place)));
    return ids;
  }

  /** Brings a record to where its owner alone does not bring it. */
  private async settle(path: string, place: Place): Promise<void> {
    const { people } = this;
    if (place === "deleted") await this.admin("DELETE", path);
    if (place === "team's pool") await this.admin("POST", `${path}/owner`, { teamId: people.teams["sales"] });
    if (place === "shared to read")
      await this.admin("PUT", `${path}/collaborators/user/${people.get("owner").id}`, { access: "read" });
    if (place === "shared to write")
      await this.admin("PUT", `${path}/collaborators/team/${people.teams["east"]}`, { access: "write" });
  }

  private async imported(resource: TestResource, items: readonly object[]): Promise<string[]> {
    const ids: string[] = [];
    for (let at = 0; at < items.length; at += BATCH) {
      const operations = items.slice(at, at + BATCH).map((data) => ({ op: "create", data }));
      const { results } = await this.admin("POST", `/v1/${resource.name}/bulk`, { origin: "import", operations });
      for (const result of results as { id: string | null; errors: unknown[] }[]) {
        if (result.id === null) throw new Error(`${resource.name} cannot be made: ${JSON.stringify(result.errors)}`);
        ids.push(result.id);
      }
    }
    return ids;
  }

  private async created(resource: TestResource, items: readonly object[]): Promise<string[]> {
    const ids: string[] = [];
    for (const data of items) ids.push(String((await this.admin("POST", `/v1/${resource.name}`, data))["id"]));
    return ids;
  }
}

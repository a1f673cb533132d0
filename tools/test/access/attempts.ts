import { randomUUID } from "node:crypto";
import { traceOf } from "./aftermath.ts";
import { sees, type Actor, type Place } from "./policy-model.ts";
import { RESOURCES, type TestResource } from "./resources.ts";
import { pageOf, type Page, type Watch } from "./watch.ts";
import { markOf, SYSTEM, type World } from "./world.ts";

/** As `GET /v1/{resource}/fields` shows it. */
export interface FieldView {
  name: string;
  filterable: boolean;
  operators: string[];
  sortable: boolean;
}

/** What is encrypted is not there for API keys. */
const SEALED = ["contactPoints", "email", "phone", "emailDomain", "phoneEnding"];

/** Lists in every order, of every field, and page by page. */
export async function ordersAndPages(
  watch: Watch,
  resource: TestResource,
  fields: readonly FieldView[],
): Promise<void> {
  const list = `/v1/${resource.name}`;
  const isSealed = ({ name }: FieldView) => watch.actor === "narrow key" && SEALED.includes(name);
  for (const { name } of fields.filter(isSealed)) {
    const { status } = await watch.ask("GET", `${list}?fields=${name}`);
    if (status !== 400) watch.note(`${list}: ${name} answers ${status}`);
  }
  const open = fields.filter((field) => !isSealed(field));
  const sorts = open.filter(({ sortable }) => sortable).flatMap(({ name }) => [`sort=${name}`, `sort=-${name}`]);
  for (const query of [...open.map(({ name }) => `fields=${name}`), ...sorts])
    await watch.page(resource, "GET", `${list}?count=exact&limit=200&${query}`);
  for (let cursor: string | null = ""; cursor !== null;) {
    const place: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await watch.ask("GET", `${list}?limit=1${place}`);
    cursor = answer.status === 200 ? pageOf(answer).page.nextCursor : null;
  }
}

/** Looks for the values of a record that the actor does not see: by every operator, and in an OR that is always true. */
export async function filters(
  watch: Watch,
  resource: TestResource,
  fields: readonly FieldView[],
  all: Page,
): Promise<void> {
  const [place] = watch.unseenPlaces(resource);
  const row = all.data.find(({ id }) => id === watch.world.id(resource, place!))!;
  const search = (where: object) =>
    watch.page(resource, "POST", `/v1/${resource.name}/search`, { where, count: "exact", limit: 200 });
  for (const { name, operators } of fields) {
    const value = valueIn(row, name);
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") continue;
    for (const op of operators)
      await search({ field: name, op, value: op === "isNull" ? false : /^n?in$/.test(op) ? [value] : value });
    const eq = { field: name, op: "eq", value };
    await search({ or: [eq, { not: eq }] });
    const query = `filter[${name}]=${encodeURIComponent(value)}`;
    await watch.page(resource, "GET", `/v1/${resource.name}?count=exact&limit=200&${query}`);
  }
  const mark = markOf(resource.name, place!);
  for (const q of [mark, `${mark}@kehu.example`, "zq-"]) {
    await watch.page(resource, "GET", `/v1/${resource.name}?count=exact&limit=200&q=${q}`);
    await watch.ask("GET", `/v1/search?kinds=${resource.name}&limit=20&q=${q}`);
  }
}

interface Counted {
  data: { count: number }[];
  total: { count: number };
}

/** Counts by every field: as many as the actor's list has, in each way the same. */
export async function aggregates(watch: Watch, resource: TestResource, fields: readonly FieldView[]): Promise<void> {
  const path = `/v1/${resource.name}/aggregate`;
  const list = await watch.ask("GET", `/v1/${resource.name}?count=exact&limit=1`);
  const total = list.status === 200 ? pageOf(list).page.total : undefined;
  const keys = fields.flatMap(({ name }) => [name, `${name}.month`]);
  for (const query of [
    "",
    ...keys.map((key) => `groupBy=${key}`),
    ...fields.map(({ name }) => `sum=${name}&average=${name}`),
  ]) {
    const { status, body } = await watch.ask("GET", `${path}?${query}`);
    // Not every field can be counted by; that all can be counted is as true as that they can be listed.
    if (query === "" && status !== list.status) watch.note(`${path} answers ${status}, and the list ${list.status}`);
    if (status !== 200) continue;
    const counted = body as unknown as Counted;
    const grouped = counted.data.reduce((sum, { count }) => sum + count, 0);
    if (counted.total.count !== total || (counted.data.length > 0 && grouped !== total))
      watch.note(`${path}?${query} counts ${counted.total.count} and ${grouped} instead of ${total}`);
  }
}

const PARTS = ["", "/history?limit=1", "/timeline?limit=1", "/stages", "/messages?limit=1", "/owner", "/restore"];

/** A record by its parts, in other spellings of its address, and with a version that it has not. */
export async function partsAndSpellings(watch: Watch, resource: TestResource): Promise<void> {
  for (const place of watch.unseenPlaces(resource)) {
    const id = watch.world.id(resource, place);
    const spellings = [id.toUpperCase(), `${id}/`, `/${id}`, `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`];
    for (const path of [...PARTS.map((part) => id + part), ...spellings])
      await watch.ask("GET", `/v1/${resource.name}/${path}`);
    await watch.ask("HEAD", `/v1/${resource.name}/${id}`);
    // A stale version is answered with the record as it is, to who may see it.
    const stale = { body: resource.patch("fresh"), headers: { "if-match": '"99"' } };
    const { status } = await watch.ask("PATCH", `/v1/${resource.name}/${id}`, stale);
    if (resource.deletable && status !== 404) watch.note(`PATCH of ${resource.name} answers ${status}`);
  }
}

/** Changes a record by its name in another system, or takes the name. */
export async function byForeignName(watch: Watch, resource: TestResource): Promise<void> {
  const { world } = watch;
  for (const place of watch.unseenPlaces(resource)) {
    const trace = () => traceOf(world.system, resource.table, world.id(resource, place));
    const before = await trace();
    const externalIds = [{ system: SYSTEM, id: markOf(resource.name, place) }];
    const data = { ...resource.least("fresh", world.readable(watch.actor)), externalIds };
    const upsert = { op: "upsert", matchBy: "externalId", data };
    // The name of a deleted record is free to be taken, whoever sees the record.
    const operations = place === "deleted" ? [upsert] : [upsert, { op: "create", data }];
    const { body } = await watch.ask("POST", `/v1/${resource.name}/bulk`, { body: { operations } });
    const outcomes = (body["results"] as { outcome: string }[]).map(({ outcome }) => outcome);
    if (outcomes.some((outcome) => outcome !== "failed")) watch.note(`bulk to ${place}: ${outcomes.join()}`);
    if ((await trace()).row !== before.row) watch.note(`bulk changed ${place}`);
  }
}

/** Numbers by every dimension, and the records behind them by a text that only unseen ones have. */
export async function numbers(watch: Watch, metrics: readonly { name: string; dimensions: string[] }[]): Promise<void> {
  for (const { name, dimensions } of metrics) {
    for (const groupBy of dimensions) await watch.ask("GET", `/v1/metrics/${name}?groupBy=${groupBy}`);
    const field = dimensions.find((dimension) => ["source", "type", "industry"].includes(dimension));
    if (!field) continue;
    for (const mark of watch.world.unseen(watch.actor).filter((one) => /-(leads|accounts|opportunities)-/.test(one))) {
      const { body } = await watch.ask("GET", `/v1/metrics/${name}/records?filter[${field}]=${mark}`);
      if (((body["data"] as object[] | undefined) ?? []).length > 0) watch.note(`${name} has records of ${mark}`);
    }
  }
}

/** Records that refer to what the actor does not see, by id and by name. */
export async function references(watch: Watch): Promise<void> {
  const place: Place = foreignTo(watch.actor);
  const byId = (world: World) => (name: string) =>
    world.id(
      RESOURCES.find((one) => one.name === name)!,
      place,
    );
  const byName = (name: string) => ({ externalId: { system: SYSTEM, id: markOf(name, place) } });
  const attempts = [byId(watch.world), byName].flatMap((to): [string, object][] => [
    ["accounts", { name: "fresh", parentId: to("accounts") }],
    ["contacts", { lastName: "fresh", accountId: to("accounts") }],
    ["leads", { lastName: "fresh", campaignId: to("campaigns") }],
    ["opportunities", { name: "fresh", accountId: to("accounts") }],
    ["tickets", { subject: "fresh", contactId: to("contacts") }],
    ["campaign-members", { campaignId: to("campaigns"), name: "fresh" }],
    ["tasks", { subject: "fresh", links: [{ type: "ticket", id: to("tickets") }] }],
    ["interactions", { kind: "note", occurredAt: new Date(0), links: [{ type: "account", id: to("accounts") }] }],
  ]);
  await Promise.all(
    attempts.map(async ([name, body]) => {
      const { status } = await watch.ask("POST", `/v1/${name}`, { body });
      if (status !== 422) watch.note(`POST /v1/${name} ${JSON.stringify(body)} answers ${status}`);
    }),
  );
}

/** What is said of somebody whom the actor does not reach is answered as if nobody were there, noted or not. */
export async function ofStrangers(watch: Watch): Promise<void> {
  const { world } = watch;
  const place = foreignTo(watch.actor);
  const channel = watch.actor === "owner" ? "post" : "sms";
  const lead = RESOURCES.find(({ name }) => name === "leads")!;
  const { personId: stranger } = await world.admin("GET", `/v1/leads/${world.id(lead, place)}`);
  for (const [name, what] of [
    ["consents", { state: "withdrawn" }],
    ["suppressions", { reason: "manual" }],
  ] as const) {
    const say = async (personId: unknown, path = `/v1/${name}`) => {
      const data = { personId, channel, ...what };
      const isBulk = path.endsWith("/bulk");
      const answer = await watch.ask("POST", path, { body: isBulk ? { operations: [{ op: "create", data }] } : data });
      return JSON.stringify([answer.status, { ...answer.body, traceId: "", instance: "" }]);
    };
    for (const path of [`/v1/${name}`, `/v1/${name}/bulk`]) {
      const [absent, unnoted] = [await say(randomUUID(), path), await say(stranger, path)];
      if (unnoted !== absent || !absent.includes("reference.not-yet-known")) watch.note(`${path} tells of ${place}`);
    }
    await world.admin("POST", `/v1/${name}`, { personId: stranger, channel, ...what });
    if ((await say(stranger)) !== (await say(randomUUID()))) watch.note(`${name} tells what is noted of ${place}`);
  }
}

const foreignTo = (actor: Actor): Place => (sees(actor, "customer.account", "mine") ? "other branch's" : "mine");

/** The value of a field, also of one that the company has added: `custom.mark`. */
export function valueIn(row: Readonly<Record<string, unknown>>, name: string): unknown {
  const [, own] = /^custom\.(.+)$/.exec(name) ?? [];
  return own === undefined ? row[name] : (row["custom"] as Readonly<Record<string, unknown>>)[own];
}

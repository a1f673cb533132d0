import { PASSWORD } from "./people.ts";
import type { RelatedView } from "./related.ts";
import { RESOURCES, type TestResource } from "./resources.ts";
import type { Answered } from "./system.ts";
import type { World } from "./world.ts";

/** What stands in no planted record but the hidden fields of the closed ones. */
export const SECRET = "zq-closed-zq";

/** Of each resource one field that is hidden from the clerk, and one that he reads only, with a value to set it to. */
export const CLOSED: readonly { name: string; hidden: string; readOnly: string; value: unknown }[] = [
  { name: "accounts", hidden: "industry", readOnly: "website", value: "https://fresh.example" },
  { name: "contacts", hidden: "custom.mark", readOnly: "source", value: "fresh" },
  { name: "campaigns", hidden: "custom.mark", readOnly: "type", value: "fresh" },
  { name: "leads", hidden: "industry", readOnly: "company", value: "fresh" },
  { name: "opportunities", hidden: "nextStep", readOnly: "source", value: "fresh" },
  { name: "tickets", hidden: "subject", readOnly: "priority", value: "high" },
  { name: "campaign-members", hidden: "name", readOnly: "contactId", value: null },
  { name: "interactions", hidden: "outcome", readOnly: "purpose", value: "fresh" },
  { name: "tasks", hidden: "subject", readOnly: "dueAt", value: "2027-01-01T00:00:00.000Z" },
];

type Closed = (typeof CLOSED)[number];
type Verdict = [what: string, isAsItMust: boolean];

/** Who may do everything with all records, but for the closed fields. */
export class Clerk {
  private constructor(
    private readonly world: World,
    private readonly token: string,
    private readonly readerId: string,
  ) {}

  static async join(world: World): Promise<Clerk> {
    const concepts = CLOSED.map((closed) => ({ ...closed, concept: resourceOf(closed).concept }));
    const grants = concepts.flatMap(({ concept }) =>
      ["read", "write", "delete"].map((verb) => [`${concept}.${verb}`, "all"]),
    );
    const fieldRules = concepts.map(({ concept, hidden, readOnly }) => [
      concept,
      { [hidden]: "hidden", [readOnly]: "read-only" },
    ]);
    const role = await world.admin("POST", "/v1/roles", {
      name: "clerk",
      grants: { ...Object.fromEntries(grants), "analytics.metric.read": "all" },
      fieldRules: Object.fromEntries(fieldRules),
    });
    const user = { email: "clerk@kehu.example", lastName: "clerk", roleIds: [role["id"]] };
    const { invitationUrl } = await world.admin("POST", "/v1/users", user);
    const link = new URL(String(invitationUrl)).pathname;
    const { accessToken } = await world.system.must("POST", link, undefined, { password: PASSWORD });
    return new Clerk(world, String(accessToken), world.people.get("read-only").id);
  }

  /** @returns what of the closed fields shows itself, or is taken */
  async faults(closed: Closed): Promise<string[]> {
    const resource = resourceOf(closed);
    const id = this.world.id(resource, "nobody's");
    await this.world.admin("PATCH", `/v1/${closed.name}/${id}`, setting(closed.hidden, SECRET));
    const verdicts = [
      ...(await this.shown(closed, id)),
      ...(await this.named(closed, id)),
      ...(await this.set(closed, id)),
    ];
    return verdicts.filter(([, isAsItMust]) => !isAsItMust).map(([what]) => what);
  }

  /** Whatever shows the record shows it without the hidden field, and says that the other one is read only. */
  private async shown({ name, hidden, readOnly }: Closed, id: string): Promise<Verdict[]> {
    const one = `/v1/${name}/${id}`;
    const timeline = ["accounts", "contacts"].includes(name) ? [`${one}/timeline`] : [];
    const asked: [string, string, object?][] = [
      ...[`/v1/${name}?limit=200`, one, `${one}/history`, ...timeline].map((path): [string, string] => ["GET", path]),
      ["POST", `/v1/${name}/search`, { limit: 200 }],
      ["GET", `/v1/${name}/views/${this.world.view(resourceOf({ name }), "shared to read")}/records?limit=200`],
      ["POST", `${one}/owner`, { ownerId: this.readerId }],
      ["PUT", `${one}/collaborators/user/${this.readerId}`, { access: "read" }],
      ["PATCH", one, { externalIds: [{ system: "closed", id: name }] }],
    ];
    const verdicts: Verdict[] = [];
    for (const [method, path, body] of asked) {
      const answer = await this.ask(method, path, body);
      const isShown = answer.text.includes(SECRET) || recordsIn(answer).some((record) => has(record, hidden));
      verdicts.push([`${method} ${path} answers ${answer.status}`, answer.status === 200]);
      verdicts.push([`${method} ${path} shows ${hidden}`, !isShown]);
    }
    verdicts.push([`${one} lacks ${readOnly}`, readOnly in (await this.ask("GET", one)).body]);
    const fields = (await this.ask("GET", `/v1/${name}/fields`)).body["data"] as { name: string; readOnly: boolean }[];
    verdicts.push([`${hidden} is described`, !fields.some((field) => field.name === hidden)]);
    verdicts.push([`${readOnly} is not read only`, fields.find((field) => field.name === readOnly)?.readOnly === true]);
    return verdicts;
  }

  /** Who asks for the hidden field by name is told that there is none. */
  private async named({ name, hidden }: Closed, id: string): Promise<Verdict[]> {
    const condition = { field: hidden, op: "eq", value: SECRET };
    const list = `/v1/${name}`;
    const asked: [string, string, object?][] = [
      ...[`sort=${hidden}`, `sort=-${hidden}`, `fields=${hidden}`, `filter[${hidden}]=${SECRET}`].map(
        (query): [string, string] => ["GET", `${list}?${query}`],
      ),
      ...[`groupBy=${hidden}`, `sum=${hidden}`, `average=${hidden}`].map((query): [string, string] => [
        "GET",
        `${list}/aggregate?${query}`,
      ]),
      ...[
        { where: condition },
        { where: { or: [{ not: condition }, condition] } },
        { sort: [hidden] },
        { fields: [hidden] },
      ].map((body): [string, string, object] => ["POST", `${list}/search`, body]),
      ...[{ where: condition }, { sort: [hidden] }, { fields: [hidden] }].map((view): [string, string, object] => [
        "POST",
        `${list}/views`,
        { name: "fresh", ...view },
      ]),
      ...(await this.throughRelated(name, condition)),
      ["PATCH", `${list}/${id}`, setting(hidden, "fresh")],
      ["POST", list, { ...this.least(name), ...setting(hidden, "fresh") }],
    ];
    return this.answered(asked, 400);
  }

  /** From other resources, too: of what they refer to, and of what refers to them. */
  private async throughRelated(name: string, condition: { field: string }): Promise<[string, string, object][]> {
    const asked: [string, string, object][] = [];
    for (const { name: from } of CLOSED) {
      const { related } = await this.world.admin("GET", `/v1/${from}/fields`);
      for (const { many, by, resource } of related as RelatedView[]) {
        if (resource !== name) continue;
        const field = `${by.replace(/Id$/, "")}.${condition.field}`;
        const where = many ? { any: { resource, by, where: condition } } : { ...condition, field };
        asked.push(["POST", `/v1/${from}/search`, { where }], ["POST", `/v1/${from}/views`, { name: "fresh", where }]);
      }
    }
    return asked;
  }

  /** The field that is read only is not set, alone or in bulk, and neither is the hidden one; nothing is written. */
  private async set({ name, hidden, readOnly, value }: Closed, id: string): Promise<Verdict[]> {
    const one = `/v1/${name}/${id}`;
    const { version } = await this.world.admin("GET", one);
    const alone = await this.answered([["PATCH", one, { [readOnly]: value }]], 403);
    const operations = [{ [readOnly]: value }, setting(hidden, "fresh")].map((data) => ({ op: "update", id, data }));
    const { body } = await this.ask("POST", `/v1/${name}/bulk`, { operations });
    const outcomes = ((body["results"] ?? []) as { outcome: string }[]).map(({ outcome }) => outcome);
    return [
      ...alone,
      [`bulk of ${name}: ${outcomes.join()}`, outcomes.join() === "failed,failed"],
      [`${one} was changed`, (await this.world.admin("GET", one))["version"] === version],
    ];
  }

  private async answered(asked: readonly [string, string, object?][], expected: number): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    for (const [method, path, body] of asked) {
      const { status, text } = await this.ask(method, path, body);
      verdicts.push([`${method} ${path} ${JSON.stringify(body)} answers ${status}`, status === expected]);
      verdicts.push([`${method} ${path} shows the secret`, !text.includes(SECRET)]);
    }
    return verdicts;
  }

  private least(name: string): object {
    return resourceOf({ name }).least(this.world.freshMark(), this.world.readable("administrator"));
  }

  private ask(method: string, path: string, body?: object) {
    return this.world.system.ask(method, path, this.token, body);
  }
}

/** The name of a field that the company has added, below `custom`. */
const customName = (field: string) => /^custom\.(.+)$/.exec(field)?.[1];

function setting(field: string, value: string): object {
  const name = customName(field);
  return name ? { custom: { [name]: value } } : { [field]: value };
}

function has(record: object, field: string): boolean {
  const name = customName(field);
  const { custom = {} } = record as { custom?: object };
  return name ? name in custom : field in record;
}

function recordsIn({ body }: Answered): object[] {
  const { data } = body as { data?: object[] };
  return data ?? [body];
}

function resourceOf({ name }: { name: string }): TestResource {
  return RESOURCES.find((resource) => resource.name === name)!;
}

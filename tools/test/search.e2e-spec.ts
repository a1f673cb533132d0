import { randomUUID } from "node:crypto";
import { Kehu } from "./faults/support/kehu.ts";
import { Person } from "./faults/support/person.ts";

const START_MS = 240_000;
const PASSWORD = "Sieben grüne Tassen";

interface Found {
  data: { kind: string; records: { id: string; name: string | null }[]; hasMore: boolean }[];
  unavailable: string[];
}

interface Problem {
  code: string;
  allowed?: string[];
}

describe("GET /v1/search", () => {
  let kehu: Kehu;
  let admin: Person;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    kehu = await Kehu.start();
    admin = await Person.signIn(kehu.url);
    await make("account", "accounts", { name: "华星科技 Huaxing", website: "https://huaxing.example" });
    await make("best", "accounts", { name: "Huaxing" });
    await make("contact", "contacts", { firstName: "星", lastName: "华", accountId: ids["account"] });
    await make("lead", "leads", { lastName: "李", company: "Huaxing Trading" });
    await make("ticket", "tickets", { subject: "华星 cannot log in" });
    await make("campaign", "campaigns", { name: "Spring", goal: "Ten new customers like 华星" });
    await make("team", "teams", { name: "华星 team" });
    await make("other", "accounts", { name: "Something else" });
  }, START_MS);
  afterAll(() => kehu.remove(), START_MS);

  const make = async (key: string, resource: string, body: object) => {
    ids[key] = (await admin.done<{ id: string }>("POST", `/v1/${resource}`, body)).id;
  };
  const find = async (query: Record<string, string>, as = admin) => {
    const answer = await as.ask<Found>("GET", `/v1/search?${new URLSearchParams(query).toString()}`);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
    return answer.body;
  };
  /** Kinds with the keys of what is found. */
  const found = async (query: Record<string, string>, as?: Person) => {
    const { data } = await find(query, as);
    const keyOf = (id: string) => Object.keys(ids).find((key) => ids[key] === id);
    return Object.fromEntries(data.map(({ kind, records }) => [kind, records.map(({ id }) => keyOf(id))]));
  };

  /** Somebody with a role of his own. */
  async function personWith(grants: Record<string, string>, fieldRules: object = {}): Promise<Person> {
    const role = await admin.done<{ id: string }>("POST", "/v1/roles", { name: randomUUID(), grants, fieldRules });
    const email = `${randomUUID()}@kehu.example`;
    const user = { email, lastName: "Zhao", roleIds: [role.id] };
    const { invitationUrl } = await admin.done<{ invitationUrl: string }>("POST", "/v1/users", user);
    await admin.done("POST", new URL(invitationUrl).pathname, { password: PASSWORD });
    return Person.signIn(kehu.url, { email, password: PASSWORD });
  }

  it("finds in all kinds of records of all services, what fits best first, each by what it is called", async () => {
    expect(await found({ q: "华星" })).toEqual({
      accounts: ["account"],
      contacts: ["contact"],
      tickets: ["ticket"],
      campaigns: ["campaign"],
      teams: ["team"],
    });
    expect(await find({ q: "HUAXING" })).toEqual({
      data: [
        {
          kind: "accounts",
          records: [
            { id: ids["best"], name: "Huaxing" },
            { id: ids["account"], name: "华星科技 Huaxing" },
          ],
          hasMore: false,
        },
        { kind: "leads", records: [{ id: ids["lead"], name: "李" }], hasMore: false },
      ],
      unavailable: [],
    });
    const { data } = await find({ q: "华星", kinds: "contacts,tickets" });
    expect(data.flatMap(({ records }) => records.map(({ name }) => name))).toEqual(["星 华", "华星 cannot log in"]);
  });

  it("gives as many of each kind as are asked for", async () => {
    const { data } = await find({ q: "huaxing", limit: "1", kinds: "accounts" });
    expect(data).toEqual([{ kind: "accounts", records: [{ id: ids["best"], name: "Huaxing" }], hasMore: true }]);
  });

  it("finds nothing where there is nothing", async () => {
    expect(await find({ q: "没有这样的" })).toEqual({ data: [], unavailable: [] });
  });

  it.each([
    "",
    "?q=",
    "?q=%20",
    "?q=x&limit=0",
    "?q=x&limit=21",
    "?q=x&kinds=",
    "?q=x&kinds=consents",
    "?q=x&sort=name",
  ])("refuses %s", async (query) => {
    const { status, body } = await admin.ask<Problem>("GET", `/v1/search${query}`);
    expect([status, body.code]).toEqual([400, "query.invalid"]);
  });

  it("says which kinds there are to somebody who asks for another", async () => {
    const { body } = await admin.ask<Problem>("GET", "/v1/search?q=x&kinds=accounts,planets");
    expect(body.allowed).toEqual(expect.arrayContaining(["accounts", "leads", "tickets", "campaigns", "users"]));
    expect(body.allowed).not.toContain("api-keys");
  });

  it("A07 finds of each kind what its own permission reaches, and nothing where there is none", async () => {
    const seller = await personWith({
      "customer.account.read": "own",
      "customer.account.write": "own",
      "sales.lead.read": "all",
    });
    expect(await found({ q: "华星" }, seller)).toEqual({});
    expect(await found({ q: "huaxing" }, seller)).toEqual({ leads: ["lead"] });
    ids["mine"] = (await seller.done<{ id: string }>("POST", "/v1/accounts", { name: "华星 of mine" })).id;
    expect(await found({ q: "华星" }, seller)).toEqual({ accounts: ["mine"] });
    expect(await found({ q: "华星", kinds: "tickets" }, seller)).toEqual({});
    await admin.done("DELETE", `/v1/accounts/${ids["mine"]}`);
    expect(await found({ q: "华星" }, seller)).toEqual({});
  });

  it("A08 finds nothing by what a role hides, and calls nothing by it", async () => {
    const grants = { "customer.account.read": "all", "customer.contact.read": "all", "identity.team.read": "all" };
    const hidden = await personWith(grants, {
      "customer.account": { name: "hidden" },
      "customer.contact": { lastName: "hidden" },
      "identity.team": { name: "hidden" },
    });
    expect(await find({ q: "华星" }, hidden)).toEqual({ data: [], unavailable: [] });
    expect(await find({ q: "huaxing" }, hidden)).toEqual({
      data: [{ kind: "accounts", records: [{ id: ids["account"], name: null }], hasMore: false }],
      unavailable: [],
    });
  });

  it("is for people who have signed in", async () => {
    const anonymous = await fetch(`${kehu.url}/v1/search?q=x`);
    expect(anonymous.status).toBe(401);
    const { key } = await admin.done<{ key: string }>("POST", "/v1/api-keys", { name: "reading", grants: {} });
    const byKey = await fetch(`${kehu.url}/v1/search?q=x`, { headers: { authorization: `Bearer ${key}` } });
    expect(byKey.status).toBe(403);
  });

  it("costs as much as several lists", async () => {
    const { paths } = await admin.done<{ paths: Record<string, { get: { "x-cost": number } }> }>(
      "GET",
      "/openapi.json",
    );
    expect(paths["/v1/search"]!.get["x-cost"]).toBeGreaterThanOrEqual(5 * paths["/v1/accounts"]!.get["x-cost"]);
  });

  it("names a service that does not answer, and shows what the others have", async () => {
    const answer = await kehu.whilePaused("sales", () => find({ q: "huaxing" }));
    expect(answer.unavailable).toEqual(["sales"]);
    expect(answer.data.map(({ kind }) => kind)).toEqual(["accounts"]);
    expect(await kehu.whilePaused("sales", () => find({ q: "huaxing", kinds: "accounts" }))).toMatchObject({
      unavailable: [],
    });
  });
});

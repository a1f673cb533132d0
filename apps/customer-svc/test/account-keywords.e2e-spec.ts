import { anOwner, everything, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type PageView } from "./customer.ts";

/** More than are ranked. */
const MANY = 6_000;

describe("GET /v1/accounts?q=", () => {
  let customer: Customer;
  const ids: Record<string, string> = {};
  const accounts = [
    ["acme", { name: "Acme" }],
    ["acme holding", { name: "Acme Holding" }],
    ["old acme", { name: "Old Acme" }],
    ["dash", { name: "Old-Acme" }],
    ["pacmen", { name: "Pacmen", website: "https://pacmen.example" }],
    ["huaxing", { name: "华星科技 Huaxing 2026", website: "https://www.huaxing.example" }],
    ["huaxing old", { name: "华星科技 2025" }],
    ["full", { name: "ＡＢＣ　１２３" }],
    ["marks", { name: "50%_\\off" }],
    ["quote", { name: "L'Art & Co" }],
    ["plain", { name: "50 xx off" }],
    ["café", { name: "Café" }],
  ] as const;

  beforeAll(async () => {
    customer = await startCustomer();
    for (const [key, account] of accounts) ids[key] = (await customer.create("accounts", account)).id;
  });
  afterAll(() => customer.close());

  const nameOf = (id: string) => Object.keys(ids).find((key) => ids[key] === id) ?? id;
  const found = async (q: string, as: TestCaller = customer.admin, more = "") => {
    const { data, page } = await customer.list(`/v1/accounts?q=${encodeURIComponent(q)}&count=exact${more}`, as);
    expect(page.total).toBe(data.length);
    return data.map(({ id }) => nameOf(id));
  };

  it.each([
    ["acme", ["acme", "acme holding", "dash", "old acme", "pacmen"]],
    ["ACME", ["acme", "acme holding", "dash", "old acme", "pacmen"]],
    ["acme holding", ["acme holding"]],
    ["acm", ["acme holding", "acme", "dash", "old acme", "pacmen"]],
    ["old", ["dash", "old acme", "acme holding"]],
    ["holding acme", ["acme holding"]],
    ["华星", ["huaxing old", "huaxing"]],
    ["huaxing", ["huaxing"]],
  ])("comes in the order of how well it fits %s, then the newest first: %j", async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  it.each([
    ["华星 2026", ["huaxing"]],
    ["2026 华星", ["huaxing"]],
    ["2026　科技", ["huaxing"]],
    ["华 科", ["huaxing old", "huaxing"]],
    ["星科", ["huaxing old", "huaxing"]],
    ["科星", []],
    ["华星 2024", []],
    ["２０２６", ["huaxing"]],
    ["abc 12", ["full"]],
    ["ａｂｃ　１２３", ["full"]],
    ["HUAXING.example", ["huaxing"]],
    // More groups of letters than the index is asked for.
    ["https://www.huaxing.example 2026 华星科技", ["huaxing"]],
    ["https://www.huaxing.exampel 2026 华星科技", []],
    ["%", ["marks"]],
    ["50%", ["marks"]],
    ["_", ["marks"]],
    ["\\", ["marks"]],
    ["＼", ["marks"]],
    ["50% off", ["marks"]],
    ["50 off", ["plain", "marks"]],
    ["l'art", ["quote"]],
    ["'", ["quote"]],
    ["&", ["quote"]],
    ["' | 'a", []],
    ["a:*", []],
    ["cafe\u0301", ["café"]],
    ["CAFÉ", ["café"]],
  ])("%s finds %j", async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  it("takes another order where one is asked for", async () => {
    const byName = ["acme", "acme holding", "old acme", "dash", "pacmen"];
    expect(await found("acme", undefined, "&sort=name")).toEqual(byName);
    expect(await found("acme", undefined, "&sort=-name")).toEqual(byName.toReversed());
    expect(await found("acme", undefined, "&sort=name&filter[name][startsWith]=Acme")).toEqual(byName.slice(0, 2));
  });

  it("is the same in POST /v1/accounts/search and in the aggregate", async () => {
    const path = "/v1/accounts/search";
    const body = { q: "acme", where: { field: "name", op: "ne", value: "Pacmen" } };
    const answer = await customer.service.request<PageView>(customer.admin, "POST", path, { body });
    expect(answer.body.data.map(({ id }) => nameOf(id))).toEqual(["acme", "acme holding", "dash", "old acme"]);
    const sorted = { body: { ...body, sort: ["name"], limit: 1 } };
    const one = await customer.service.request<PageView>(customer.admin, "POST", path, sorted);
    expect(one.body.data.map(({ id }) => nameOf(id))).toEqual(["acme"]);
    const numbers = await customer.service.request(customer.admin, "GET", "/v1/accounts/aggregate?q=acme");
    expect(numbers).toMatchObject({ status: 200, body: { total: { count: 5 } } });
  });

  it("A07 stays within the caller's scope", async () => {
    const owner = anOwner();
    expect(await found("acme", owner)).toEqual([]);
    const own = await customer.create("accounts", { name: "Acme of mine" }, owner);
    expect(await found("acme", owner)).toEqual([own.id]);
    await customer.service.request(customer.admin, "DELETE", `/v1/accounts/${own.id}`);
    expect(await found("acme", owner)).toEqual([]);
  });

  it("A08 finds nothing by what is hidden from the caller", async () => {
    const without = (...fields: string[]): TestCaller => ({
      id: randomUUID(),
      grants: everything("all"),
      fieldRules: { "customer.account": Object.fromEntries(fields.map((field) => [field, "hidden"])) },
    });
    expect(await found("huaxing.example")).toEqual(["huaxing"]);
    expect(await found("huaxing.example", without("website"))).toEqual([]);
    expect(await found("huaxing", without("website"))).toEqual(["huaxing"]);
    expect(await found("huaxing 2026", without("name"))).toEqual([]);
    expect(await found("huaxing", without("name"))).toEqual(["huaxing"]);
    // Nor does it fit better by that.
    ids["kilo"] = (await customer.create("accounts", { name: "Kilo", website: "https://x.kilo.example" })).id;
    ids["lima"] = (await customer.create("accounts", { name: "Lima", website: "https://kilo.example" })).id;
    expect(await found("kilo")).toEqual(["kilo", "lima"]);
    expect(await found("kilo", without("name"))).toEqual(["lima", "kilo"]);
    const all = await customer.service.request(without("name", "website"), "GET", "/v1/accounts?q=acme");
    expect(all).toMatchObject({ status: 400, body: { code: "query.invalid" } });
  });

  /** All pages, with something done after each. */
  async function walk(q: string, limit: number, between: (page: number) => Promise<unknown>): Promise<string[]> {
    const seen: string[] = [];
    let cursor = "";
    for (let page = 1; page < 40; page++) {
      const list = await customer.list(`/v1/accounts?q=${encodeURIComponent(q)}&limit=${limit}${cursor}`);
      seen.push(...list.data.map(({ id }) => id));
      if (!list.page.nextCursor) return seen;
      cursor = `&cursor=${encodeURIComponent(list.page.nextCursor)}`;
      await between(page);
    }
    throw new Error("The list has no end.");
  }

  it("shows none twice and skips none that stayed, whatever is written between its pages", async () => {
    const stayed: string[] = [];
    for (let n = 0; n < 12; n++) {
      const name = ["Zebra", `Zebra ${n}`, `Big Zebra ${n}`, `Überzebra ${n}`][n % 4]!;
      stayed.push((await customer.create("accounts", { name })).id);
    }
    const seen = await walk("zebra", 2, async (page) => {
      await customer.create("accounts", { name: ["Zebra", "A zebra", "Xzebra"][page % 3]! });
      await customer.create("accounts", { name: `Zebra between ${page}` });
    });
    expect(new Set(seen).size).toBe(seen.length);
    const best = (n: number) => stayed.filter((_, index) => index % 4 === n).toReversed();
    const expected = [...best(0), ...best(1), ...best(2), ...best(3)];
    expect(seen.filter((id) => stayed.includes(id))).toEqual(expected);
  });

  const insertMany = (name: string) =>
    customer.database.admin.query(
      `INSERT INTO customer.account (id, version, created_at, updated_at, external_ids, name)
       SELECT gen_random_uuid(), 1, now() - n * interval '1 minute', now(), '[]', $1 || ' ' || n FROM generate_series(1, $2) n`,
      [name, MANY],
    );

  it("comes in the list's own order where more is found than is ranked, on all pages", async () => {
    const [worst, best] = [
      await customer.create("accounts", { name: "The gnu" }),
      await customer.create("accounts", { name: "Gnu" }),
    ];
    const newest = await customer.create("accounts", { name: "Agnus" });
    const few = await customer.list("/v1/accounts?q=gnu&limit=2");
    expect(few.data.map(({ id }) => id)).toEqual([best.id, worst.id]);
    await insertMany("Gnu");
    const many = await customer.list("/v1/accounts?q=gnu&limit=2&count=exact");
    expect(many.data.map(({ id }) => id)).toEqual([newest.id, best.id]);
    expect(many.page.total).toBe(MANY + 3);
    // Who began with the best goes on with the next best.
    const cursor = encodeURIComponent(few.page.nextCursor!);
    const rest = await customer.list(`/v1/accounts?q=gnu&limit=2&cursor=${cursor}`);
    expect(rest.data.map(({ id }) => id)).toEqual([newest.id]);
    await customer.database.admin.query("DELETE FROM customer.account WHERE name LIKE 'Gnu %' AND name <> 'Gnu 1'");
    // And who began with the newest goes on with the next newest.
    const next = encodeURIComponent(many.page.nextCursor!);
    const older = await customer.list(`/v1/accounts?q=gnu&limit=5&cursor=${next}`);
    expect(older.data.map(({ name }) => name)).toEqual(["The gnu", "Gnu 1"]);
  });

  it.each(["q=%20", "q=%E3%80%80", "q=%1F", "q=", `q=${"x".repeat(201)}`, "q=a&q=b", "q=a+b+c+d+e+f+g+h+i+j+k"])(
    "refuses %s",
    async (query) => {
      expect(await customer.service.request(customer.admin, "GET", `/v1/accounts?${query}`)).toMatchObject({
        status: 400,
        body: { code: "query.invalid" },
      });
    },
  );

  it("takes no cursor of another text", async () => {
    const { page } = await customer.list("/v1/accounts?q=acme&limit=1");
    const cursor = encodeURIComponent(page.nextCursor!);
    for (const query of [`q=acm`, `q=acme&sort=name`, "limit=1"])
      expect(
        await customer.service.request(customer.admin, "GET", `/v1/accounts?${query}&cursor=${cursor}`),
      ).toMatchObject({ status: 400, body: { code: "cursor.invalid" } });
  });
});

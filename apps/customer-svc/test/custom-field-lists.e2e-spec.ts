import { setTimeout as wait } from "node:timers/promises";
import { startService, type TestService } from "@kehu/testing";
import { startCustomer, type Customer, type PageView } from "./customer.ts";

const label = (en: string, zh = en) => ({ en, zh });
let customer: Customer;

const request = <B>(method: string, path: string, body?: object) =>
  customer.service.request<B>(customer.admin, method, path, { body });
async function aField(resource: string, body: { name: string; type: string; [more: string]: unknown }) {
  const made = await request("POST", `/v1/${resource}/fields`, { label: label(body.name), ...body });
  expect(made.status).toBe(201);
}

/** Names of accounts in the order of a list, page by page. */
async function pages(query: string, between?: () => Promise<unknown>, limit = 2): Promise<string[]> {
  const names: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { data, page }: PageView = await customer.list(
      `/v1/accounts?limit=${limit}&${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    names.push(...data.map(({ name }) => name as string));
    cursor = page.nextCursor;
    if (cursor !== null) await between?.();
  }
  return names;
}

beforeAll(async () => {
  customer = await startCustomer();
});
afterAll(() => customer.close());

describe("lists by custom fields", () => {
  beforeAll(async () => {
    await aField("accounts", { name: "score", type: "number" });
    await aField("accounts", { name: "since", type: "date" });
    await aField("accounts", { name: "region", type: "text" });
    await aField("accounts", { name: "budget", type: "money" });
    await aField("accounts", { name: "isKey", type: "boolean" });
    await aField("accounts", {
      name: "lines",
      type: "choices",
      choices: ["a", "b"].map((value) => ({ value, label: label(value) })),
    });
    const money = (amount: string, currency = "USD") => ({ amount, currency });
    const records: [string, string | null, object][] = [
      [
        "A",
        "steel",
        { score: 10, since: "2026-01-31", region: "华东", budget: money("100.10"), isKey: true, lines: ["a"] },
      ],
      ["B", "steel", { score: -2.5, since: "2026-02-01", region: "华南", budget: money("0.05"), lines: ["a", "b"] }],
      ["C", "glass", { score: 9, region: "华东", budget: money("7.00", "EUR"), isKey: false }],
      ["D", "glass", { score: 9, since: "2025-12-31" }],
      ["E", null, {}],
      ["F", null, { region: "east" }],
    ];
    for (const [name, industry, custom] of records) await customer.create("accounts", { name, industry, custom });
    await customer
      .create("accounts", { name: "deleted", custom: { score: 1, region: "华东" } })
      .then(({ id }) => request("DELETE", `/v1/accounts/${id}`));
  });

  it.each([
    ["filter[custom.region]=华东", "AC"],
    ["filter[custom.region][ne]=华东", "BDEF"],
    ["filter[custom.region][contains]=华", "ABC"],
    ["filter[custom.region][startsWith]=EA", "F"],
    ["filter[custom.region][in]=华南,east", "BF"],
    ["filter[custom.region][nin]=华南,east", "ACDE"],
    ["filter[custom.region][isNull]=true", "DE"],
    ["filter[custom.score][gte]=9", "ACD"],
    ["filter[custom.score][lt]=0", "B"],
    ["filter[custom.score]=9.0", "CD"],
    ["filter[custom.since][gt]=2026-01-31", "B"],
    ["filter[custom.since][lte]=2026-01-31", "AD"],
    ["filter[custom.budget][gte]=1", "A"],
    ["filter[custom.budget][gte]=EUR 1", "C"],
    ["filter[custom.budget]=7.00", ""],
    ["filter[custom.budget][in]=100.10,EUR 7.00", "AC"],
    ["filter[custom.budget][ne]=7.00", "ABCDEF"],
    ["filter[custom.budget][nin]=0.05,EUR 7", "ADEF"],
    ["filter[custom.isKey]=true", "A"],
    ["filter[custom.isKey][ne]=true", "BCDEF"],
    ["filter[custom.lines]=b", "B"],
    ["filter[custom.lines][in]=a,b", "AB"],
    ["filter[custom.lines][isNull]=true", "CDEF"],
    ["filter[custom.region]=华东&filter[custom.score]=9&filter[industry]=glass", "C"],
  ])("finds by %s", async (query, names) => {
    const found = await customer.list(`/v1/accounts?sort=name&count=exact&${encodeURI(query)}`);
    expect(found.data.map(({ name }) => name).join("")).toBe(names);
    expect(found.page.total).toBe(names.length);
  });

  it.each(["USD", "7.00 EUR", "EUR 7.001", "XXY 7", { amount: 7, currency: "EUR" }, ""])(
    "takes no %j for an amount",
    async (value) => {
      const where = { field: "custom.budget", op: "gte", value };
      const { status, body } = await request<{ code: string }>("POST", "/v1/accounts/search", { where });
      expect([status, body.code]).toEqual([400, "filter.invalid-value"]);
    },
  );

  it("takes an amount as it is shown", async () => {
    const where = { field: "custom.budget", value: { amount: "7.00", currency: "EUR" } };
    const { body } = await request<PageView>("POST", "/v1/accounts/search", { where });
    expect(body.data.map(({ name }) => name)).toEqual(["C"]);
  });

  it("finds by trees", async () => {
    const where = {
      or: [
        { field: "custom.score", op: "lt", value: 0 },
        {
          not: {
            or: [
              { field: "custom.region", op: "isNull", value: true },
              { field: "custom.region", op: "eq", value: "华东" },
            ],
          },
        },
      ],
    };
    const { body } = await request<PageView>("POST", "/v1/accounts/search", { where, sort: ["custom.score", "name"] });
    expect(body.data.map(({ name }) => name)).toEqual(["B", "F"]);
  });

  it.each([
    ["custom.score,name", "BCDAEF"],
    ["-custom.score,name", "ACDBEF"],
    ["-custom.score,-name", "ADCBFE"],
    ["custom.region,custom.score", "FCABDE"],
    ["industry,-custom.score", "DCABFE"],
    ["custom.budget,name", "BCADEF"],
    ["-custom.since,name", "BADCEF"],
  ])("sorts by %s, empty values last, page by page", async (sort, names) => {
    const whole = (await pages(`sort=${sort}`, undefined, 200)).join("");
    if (sort.includes("name")) expect(whole).toBe(names);
    expect(whole.slice(0, 4)).toBe(names.slice(0, 4));
    for (const limit of [1, 2, 3]) expect((await pages(`sort=${sort}`, undefined, limit)).join("")).toBe(whole);
  });

  it("shows no row twice and skips none that stayed, while others come, change and go", async () => {
    const stayed = "ABCDEF";
    let n = 0;
    const seen = await pages(
      "sort=custom.score",
      async () => {
        const { id } = await customer.create("accounts", { name: `x${n}`, custom: n % 2 ? {} : { score: 9 } });
        if (n % 3 === 0) await request("PATCH", `/v1/accounts/${id}`, { custom: { score: 5 } });
        if (n % 3 === 1) await request("DELETE", `/v1/accounts/${id}`);
        n += 1;
      },
      1,
    );
    expect(new Set(seen).size).toBe(seen.length);
    expect(
      seen
        .filter((name) => stayed.includes(name))
        .sort()
        .join(""),
    ).toBe(stayed);
    for (const { id } of (await customer.list("/v1/accounts?filter[name][startsWith]=x")).data)
      await request("DELETE", `/v1/accounts/${id}`);
  });

  it("shows single ones where they are asked for", async () => {
    const { data } = await customer.list("/v1/accounts?filter[name]=A&fields=name,custom.score");
    expect(data).toEqual([{ id: expect.any(String) as string, name: "A", custom: { score: 10 } }]);
    const whole = await customer.list("/v1/accounts?filter[name]=A&fields=custom");
    expect(whole.data[0]).toMatchObject({ custom: { score: 10, region: "华东" } });
  });

  it("adds them up by group: numbers and money to the last digit", async () => {
    const { body } = await request<{ data: object[]; total: object }>(
      "GET",
      `/v1/accounts/aggregate?groupBy=custom.region&sum=custom.score,custom.budget&average=custom.score`,
    );
    expect(body.data).toEqual([
      {
        group: { "custom.region": "east" },
        count: 1,
        sum: { "custom.score": 0, "custom.budget": [] },
        average: { "custom.score": null },
      },
      {
        group: { "custom.region": "华东" },
        count: 2,
        sum: {
          "custom.score": 19,
          "custom.budget": [
            { amount: "7.00", currency: "EUR" },
            { amount: "100.10", currency: "USD" },
          ],
        },
        average: { "custom.score": 9.5 },
      },
      {
        group: { "custom.region": "华南" },
        count: 1,
        sum: { "custom.score": -2.5, "custom.budget": [{ amount: "0.05", currency: "USD" }] },
        average: { "custom.score": -2.5 },
      },
      {
        group: { "custom.region": null },
        count: 2,
        sum: { "custom.score": 9, "custom.budget": [] },
        average: { "custom.score": 9 },
      },
    ]);
    const months = await request<{ data: object[] }>(
      "GET",
      "/v1/accounts/aggregate?groupBy=custom.since.month,custom.isKey",
    );
    expect(months.body.data).toContainEqual({
      group: { "custom.since.month": "2026-01", "custom.isKey": true },
      count: 1,
      sum: {},
      average: {},
    });
  });

  it("refuses what no field takes", async () => {
    const refused = async (query: string) =>
      (await request<{ code: string }>("GET", `/v1/accounts?${query}`)).body.code;
    expect(await refused("filter[custom.nothing]=x")).toBe("filter.unknown-field");
    expect(await refused("filter[custom.score][contains]=1")).toBe("filter.unknown-operator");
    expect(await refused("filter[custom.score]=1e3")).toBe("filter.invalid-value");
    expect(await refused("sort=custom.lines")).toBe("sort.unknown-field");
    expect(await refused("filter[custom.x'%29]=1")).toBe("query.invalid");
  });
});

describe("two replicas", () => {
  let other: TestService;
  beforeAll(async () => {
    const load = () => import("../src/app.module.ts");
    other = await startService({ name: "customer", schema: "customer" }, load, customer.database);
  });
  afterAll(() => other.close());

  /** What the other one answers; both have the secret of the first. */
  async function askOther<B>(method: string, path: string, body?: object) {
    const headers = {
      authorization: `Bearer ${customer.service.tokenOf(customer.admin)}`,
      ...(body && { "content-type": "application/json" }),
    };
    const answer = await fetch(other.url + path, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as B };
  }

  it("know a field as soon as it is made: who names it is not refused", async () => {
    for (let n = 0; n < 5; n++) {
      const name = `fresh${n}`;
      expect((await askOther("GET", "/v1/tasks")).status).toBe(200);
      await aField("tasks", { name, type: "text" });
      expect((await askOther("POST", "/v1/tasks", { subject: "T", custom: { [name]: "x" } })).status).toBe(201);
      const found = await askOther<PageView>("GET", `/v1/tasks?filter[custom.${name}]=x`);
      expect(found.body.data).toMatchObject([{ custom: { [name]: "x" } }]);
    }
  });
});

describe("at some size", () => {
  const COUNT = 20_000;
  beforeAll(async () => {
    await aField("interactions", { name: "rank", type: "number" });
    await customer.database.open("customer").transaction(async (tx) => {
      await tx.query(
        `INSERT INTO interaction (id, version, created_at, updated_at, external_ids, kind, occurred_at, links, external_links, custom)
         SELECT gen_random_uuid(), 1, now(), now(), '[]', 'note', now(), '[]', '[]', jsonb_build_object('rank', n)
         FROM generate_series(1, ${COUNT}) n`,
      );
      await tx.query(
        `INSERT INTO custom_value (record_id, field, n, number_value)
         SELECT id, 'interactions.rank', 0, (custom->>'rank')::numeric FROM interaction`,
      );
      // Else what this has read would be said later, and taken for that of the lists.
      await tx.query("SELECT pg_stat_force_next_flush()");
    });
    await customer.database.admin.query("ANALYZE customer.interaction, customer.custom_value");
  });

  it("lists by an index over values, and not by sorting or reading all records", async () => {
    const reads = async () => {
      const { rows } = await customer.database.admin.query<{ reads: string }>(
        `SELECT sum(seq_tup_read)::text AS reads FROM pg_stat_user_tables
         WHERE relname IN ('interaction', 'custom_value')`,
      );
      return Number(rows[0]!.reads);
    };
    const before = await reads();
    for (const query of [
      "sort=custom.rank",
      "sort=-custom.rank",
      "filter[custom.rank]=77",
      "filter[custom.rank][lt]=5",
    ]) {
      const { data } = await customer.list(`/v1/interactions?${query}&limit=10`);
      expect(data.length).toBeGreaterThan(0);
    }
    // A connection says what it has read when it was idle for ten seconds (PGSTAT_IDLE_INTERVAL): a few rows of earlier tests, too.
    await wait(11_000);
    expect((await reads()) - before).toBeLessThan(COUNT);
  });
});

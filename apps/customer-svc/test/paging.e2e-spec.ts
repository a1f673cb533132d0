import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type PageView } from "./customer.ts";

const ROWS = 12_000;
/** So many have the same value of each key by which lists are sorted here. */
const EQUAL = 10_000;
const LIMIT = 200;
const WRITES_PER_PAGE = 4;
const SEED = 20_260_131;

type Key = string | null;
/** An account as the test knows it. */
interface Row {
  id: string;
  createdAt: string;
  name: string;
  industry: Key;
  region: Key;
}
type Sort = { name: Exclude<keyof Row, "id">; parameter: string; descending: boolean };

let customer: Customer;
const live = new Map<string, Row>();
const gone = new Map<string, Row>();

/** Numbers from 0 to below 1, the same ones in every run (a linear congruence, Numerical Recipes 7.1). */
let state = SEED;
const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
const below = (n: number) => Math.floor(random() * n);
const oneOf = <T>(values: readonly T[]): T => values[below(values.length)]!;
const aLive = () => [...live.values()][below(live.size)]!;

/** A value of a key: mostly the one that most have, else one before it, one behind it, or none. */
const aKey = () => oneOf<Key>(["k5000", "k5000", `k${1000 + below(4000)}`, `k${6000 + below(4000)}`, null]);
const aName = () => aKey() ?? "k5000";

function shuffled<T>(values: T[]): T[] {
  for (let n = values.length - 1; n > 0; n--) {
    const other = below(n + 1);
    [values[n], values[other]] = [values[other]!, values[n]!];
  }
  return values;
}

/** The values of a key of all rows. */
const keys = (others: readonly (() => Key)[]) =>
  shuffled(Array.from({ length: ROWS }, (_, n) => (n < EQUAL ? "k5000" : others[n % others.length]!())));

async function fill(): Promise<void> {
  const before = () => `k${1000 + below(4000)}`;
  const behind = () => `k${6000 + below(4000)}`;
  const [names, industries, regions] = [
    [before, behind],
    [before, behind, () => null],
    [before, behind, () => null],
  ].map(keys);
  const moments = keys([() => `2026-01-02T03:04:05.${100 + below(900)}Z`]);
  for (let n = 0; n < ROWS; n++) {
    const createdAt = moments[n] === "k5000" ? "2026-01-02T03:04:05.678Z" : moments[n]!;
    const id = randomUUID();
    live.set(id, { id, createdAt, name: names![n]!, industry: industries![n]!, region: regions![n]! });
  }
  const rows = JSON.stringify([...live.values()]);
  const { admin } = customer.database;
  await admin.query(
    `INSERT INTO customer.account (id, version, created_at, updated_at, external_ids, name, industry, custom)
     SELECT id, 1, "createdAt", "createdAt", '[]', name, industry, jsonb_strip_nulls(jsonb_build_object('region', region))
     FROM json_to_recordset($1) AS r (id uuid, "createdAt" timestamptz, name text, industry text, region text)`,
    [rows],
  );
  await admin.query(
    `INSERT INTO customer.custom_value (record_id, field, n, text_value)
     SELECT id, 'accounts.region', 0, region FROM json_to_recordset($1) AS r (id uuid, region text) WHERE region IS NOT NULL`,
    [rows],
  );
  await admin.query("ANALYZE customer.account, customer.custom_value");
}

/** Empty values come last in either direction; the id is the last key, in the direction of the one before it. */
function order(a: Row, b: Row, { name, descending }: Sort): number {
  const sign = descending ? -1 : 1;
  const [one, other] = [a[name], b[name]];
  if (one === other) return a.id < b.id ? -sign : a.id > b.id ? sign : 0;
  if (one === null || other === null) return one === null ? 1 : -1;
  return one < other ? -sign : sign;
}

/**
 * A walk through a list. Each row is owed once; a write between two pages changes what is owed. What was shown is at or
 * before the place, what will be shown is beyond it: so a row that moves is owed again only where it comes to stand beyond
 * the place, and is let off only where it leaves what is beyond.
 */
class Walk {
  readonly owed = new Map([...live.keys()].map((id) => [id, 1]));
  readonly shown = new Map<string, number>();
  /** Rows that moved from before the place to beyond it, and so may be shown a second time, in their new place. */
  readonly ahead = new Set<string>();
  private place: Row | null = null;

  constructor(private readonly sort: Sort) {}

  take(ids: readonly string[]): void {
    for (const id of ids) {
      const row = live.get(id)!;
      // A place that comes twice, or out of order, is none that a list has.
      if (this.place) expect(order(this.place, row, this.sort)).toBeLessThan(0);
      this.place = { ...row };
      this.shown.set(id, (this.shown.get(id) ?? 0) + 1);
    }
  }

  comes = (row: Row) => this.owe(row.id, this.isBeyond(row) ? 1 : 0);
  goes = (row: Row) => this.owe(row.id, this.isBeyond(row) ? -1 : 0);
  moves(from: Row, to: Row): void {
    this.goes(from);
    this.comes(to);
    if (!this.isBeyond(from) && this.isBeyond(to)) this.ahead.add(to.id);
  }

  private owe(id: string, more: number): void {
    this.owed.set(id, (this.owed.get(id) ?? 0) + more);
  }

  private isBeyond(row: Row): boolean {
    return this.place === null || order(this.place, row, this.sort) < 0;
  }
}

async function done(status: number, method: string, path: string, body?: object) {
  const answer = await customer.service.request<Record<string, string>>(customer.admin, method, `/v1/accounts${path}`, {
    body,
  });
  expect(answer).toMatchObject({ status });
  return answer.body;
}

/** What people do between two pages. */
const WRITES: readonly ((walk: Walk) => Promise<void>)[] = [
  async (walk) => {
    const [name, industry, region] = [aName(), aKey(), aKey()];
    const { id, createdAt } = await done(201, "POST", "", { name, industry, custom: region ? { region } : {} });
    const row = { id: id!, createdAt: createdAt!, name, industry, region };
    live.set(row.id, row);
    walk.comes(row);
  },
  async (walk) => {
    const row = aLive();
    live.delete(row.id);
    gone.set(row.id, row);
    walk.goes(row);
    await done(204, "DELETE", `/${row.id}`);
  },
  async (walk) => {
    const row = [...gone.values()][0];
    if (!row) return;
    gone.delete(row.id);
    live.set(row.id, row);
    walk.comes(row);
    await done(200, "POST", `/${row.id}/restore`);
  },
  async (walk) => {
    const row = aLive();
    const moved = { ...row, name: aName(), industry: aKey(), region: aKey() };
    live.set(row.id, moved);
    walk.moves(row, moved);
    const { name, industry, region } = moved;
    await done(200, "PATCH", `/${row.id}`, { name, industry, custom: { region } });
  },
  async () => {
    await done(200, "PATCH", `/${aLive().id}`, { website: `https://${below(10_000)}.example` });
  },
];

beforeAll(async () => {
  customer = await startCustomer();
  const field = { name: "region", type: "text", label: { en: "Region", zh: "区域" } };
  await done(201, "POST", "/fields", field);
  await fill();
}, 60_000);
afterAll(() => customer.close());

const SORTS: Sort[] = [
  { name: "createdAt", parameter: "", descending: true },
  ...(["name", "industry"] as const).flatMap((name) => [
    { name, parameter: `sort=${name}`, descending: false },
    { name, parameter: `sort=-${name}`, descending: true },
  ]),
  { name: "region", parameter: "sort=custom.region", descending: false },
  { name: "region", parameter: "sort=-custom.region", descending: true },
];

describe("GET /v1/accounts, page by page, while rows come, change, move and go", () => {
  it.each(SORTS)(
    'with "$parameter" shows each row that stayed once, and none twice in one place',
    async (sort) => {
      const walk = new Walk(sort);
      const query = `limit=${LIMIT}&fields=id${sort.parameter && `&${sort.parameter}`}`;
      let pages = 0;
      for (let cursor: string | null = ""; cursor !== null; pages++) {
        const list: PageView = await customer.list(`/v1/accounts?${query}${cursor && `&cursor=${cursor}`}`);
        walk.take(list.data.map(({ id }) => id));
        cursor = list.page.nextCursor;
        for (let n = 0; n < WRITES_PER_PAGE && cursor !== null; n++) await oneOf(WRITES)(walk);
      }
      expect(pages).toBeGreaterThanOrEqual(EQUAL / LIMIT);
      const wrong = [...walk.owed].filter(([id, times]) => (walk.shown.get(id) ?? 0) !== times);
      expect(wrong).toEqual([]);
      const twice = [...walk.shown].filter(([, times]) => times > 1).map(([id]) => id);
      expect(twice.filter((id) => !walk.ahead.has(id))).toEqual([]);
      expect([...walk.shown.keys()].filter((id) => !walk.owed.has(id))).toEqual([]);
    },
    120_000,
  );
});

describe("POST /v1/tasks/search", () => {
  it("takes its own cursor, however long the values are by which it sorts", async () => {
    const request = <B>(path: string, body: object) =>
      customer.service.request<B>(customer.admin, "POST", `/v1/tasks${path}`, { body });
    const names = ["one", "two", "three", "four"];
    for (const name of names) await request("/fields", { name, type: "text", label: { en: name, zh: name } });
    const long = (n: number) => `${"龘".repeat(254)}${n}`;
    for (const n of [1, 2, 3]) {
      const custom = Object.fromEntries(names.map((name) => [name, long(0)]));
      await customer.create("tasks", { subject: long(n), custom });
    }
    const sort = [...names.map((name) => `custom.${name}`), "-subject"];
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const body = { sort, limit: 1, cursor };
      const answer: { status: number; body: PageView } = await request("/search", body);
      expect(answer).toMatchObject({ status: 200 });
      seen.push(...answer.body.data.map(({ subject }) => subject));
      cursor = answer.body.page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([3, 2, 1].map(long));
  });
});

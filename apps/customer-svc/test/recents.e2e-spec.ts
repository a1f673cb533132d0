import { eventually, everything, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type PageView } from "./customer.ts";

const caller = (): TestCaller => ({ id: randomUUID(), grants: everything("own") });

let customer: Customer;
const send = <B = unknown>(as: TestCaller, method: string, path: string, body?: object) =>
  customer.service.request<B>(as, method, `/v1/accounts${path}`, { body });
const recent = async (as: TestCaller, query = "") => (await send<PageView>(as, "GET", `/recent${query}`)).body;
const namesOf = async (as: TestCaller) => (await recent(as)).data.map(({ name }) => name);
const rowsOf = async (as: TestCaller) =>
  (
    await customer.database.admin.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM customer.recent WHERE user_id = $1",
      [as.id],
    )
  ).rows[0]!.n;

async function accounts(as: TestCaller, ...names: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) ids.push((await customer.create("accounts", { name, website: "w.example" }, as)).id);
  return ids;
}

beforeAll(async () => {
  customer = await startCustomer();
});
afterAll(() => customer.close());

describe("GET /v1/accounts/recent", () => {
  it("shows what the caller got by its id or changed, the last first, and lists count for nothing", async () => {
    const li = caller();
    const [a, b] = await accounts(li, "A", "B", "C");
    await send(li, "GET", "?limit=10");
    await send(li, "GET", `/${a}`);
    await send(li, "PATCH", `/${b}`, { website: "x.example" });
    await eventually(async () => expect(await namesOf(li)).toEqual(["B", "A"]));
    expect(await namesOf(caller())).toEqual([]);
    const [first] = (await recent(li, "?limit=1")).data;
    const next = (await recent(li, "?limit=1")).page.nextCursor;
    expect([first!.name, (await recent(li, `?limit=1&cursor=${next}`)).data[0]!.name]).toEqual(["B", "A"]);
  });

  it("notes neither what was refused nor what a program gets", async () => {
    const [li, wang] = [caller(), caller()];
    const [a, b] = await accounts(li, "A", "B");
    expect((await send(wang, "GET", `/${a}`)).status).toBe(404);
    await send({ ...li, actorType: "api-key" }, "GET", `/${b}`);
    await send(li, "GET", `/${a}`);
    // What was noted before it would have been written with it.
    await eventually(async () => expect(await namesOf(li)).toEqual(["A"]));
    expect([await rowsOf(li), await rowsOf(wang)]).toEqual([1, 0]);
  });

  it("writes a record once in a minute, and those of many requests together", async () => {
    const li = caller();
    const ids = await accounts(li, "A", "B", "C");
    const seen = async (id: string) =>
      (
        await customer.database.admin.query<{ at: Date; xmin: string }>(
          "SELECT at, xmin::text FROM customer.recent WHERE user_id = $1 AND record_id = $2",
          [li.id, id],
        )
      ).rows[0];
    for (let n = 0; n < 20; n++) for (const id of ids) await send(li, "GET", `/${id}`);
    await eventually(async () => expect(await rowsOf(li)).toBe(3));
    const first = await Promise.all(ids.map(seen));
    expect(new Set(first.map((row) => row!.xmin)).size).toBe(1);
    const [later] = await accounts(li, "D");
    for (const id of [...ids, later!]) await send(li, "GET", `/${id}`);
    await eventually(async () => expect(await rowsOf(li)).toBe(4));
    expect(await Promise.all(ids.map(seen))).toEqual(first);
  });

  it("shows what the caller reaches now, without what is closed to him", async () => {
    const li = caller();
    const [a, b, c] = await accounts(li, "A", "B", "C");
    for (const id of [a, b, c]) await send(li, "GET", `/${id}`);
    await eventually(async () => expect(await namesOf(li)).toHaveLength(3));
    await send(li, "DELETE", `/${a}`);
    await customer.database.admin.query("UPDATE customer.account SET owner_id = $1 WHERE id = $2", [randomUUID(), b]);
    const closed = { ...li, fieldRules: { "customer.account": { website: "hidden" as const } } };
    const { data } = await recent(closed);
    expect(data.map(({ id }) => id)).toEqual([c]);
    expect(data[0]).not.toHaveProperty("website");
  });

  it("keeps the last hundred of a person", async () => {
    const li = caller();
    await customer.database.admin.query(
      `INSERT INTO customer.recent (user_id, resource, record_id, at)
       SELECT $1, 'accounts', gen_random_uuid(), now() - n * interval '1 day' FROM generate_series(1, 150) n`,
      [li.id],
    );
    const [a] = await accounts(li, "A");
    await send(li, "GET", `/${a}`);
    await eventually(async () => expect(await rowsOf(li)).toBe(100));
    expect(await namesOf(li)).toEqual(["A"]);
  });
});

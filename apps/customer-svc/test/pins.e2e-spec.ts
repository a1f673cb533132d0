import { everything, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type PageView, type View } from "./customer.ts";

const caller = (): TestCaller => ({ id: randomUUID(), grants: everything("own") });

let customer: Customer;
const send = <B = { code: string }>(as: TestCaller, method: string, path: string) =>
  customer.service.request<B>(as, method, `/v1/accounts${path}`);
const pinned = async (as: TestCaller, query = "") => (await send<PageView>(as, "GET", `/pinned${query}`)).body;
const namesOf = async (as: TestCaller) => (await pinned(as)).data.map(({ name }) => name);

async function accounts(as: TestCaller, ...names: string[]): Promise<View[]> {
  const made: View[] = [];
  for (const name of names) made.push(await customer.create("accounts", { name, website: "w.example" }, as));
  return made;
}

beforeAll(async () => {
  customer = await startCustomer();
});
afterAll(() => customer.close());

describe("PUT /v1/accounts/:id/pin", () => {
  it("pins a record for the caller alone, in the order of pinning, and once", async () => {
    const [li, wang] = [caller(), caller()];
    const [a, b, c] = await accounts(li, "A", "B", "C");
    for (const one of [b, c, a, b]) expect((await send(li, "PUT", `/${one!.id}/pin`)).status).toBe(204);
    expect(await namesOf(li)).toEqual(["B", "C", "A"]);
    expect(await namesOf(wang)).toEqual([]);
    expect(await namesOf(customer.admin)).toEqual([]);
    expect(await customer.get(`/v1/accounts/${b!.id}`)).toMatchObject({ version: 1 });
  });

  it("answers what is out of reach, deleted or absent alike, and keeps nothing", async () => {
    const li = caller();
    const [other, gone] = [(await accounts(caller(), "Other"))[0]!, (await accounts(li, "Gone"))[0]!];
    await send(li, "DELETE", `/${gone.id}`);
    const ids = [other.id, gone.id, randomUUID()];
    for (const method of ["PUT", "DELETE"])
      for (const id of ids)
        expect(await send(li, method, `/${id}/pin`)).toMatchObject({ status: 404, body: { code: "not-found" } });
    const { rows } = await customer.database.admin.query("SELECT 1 FROM customer.pin WHERE user_id = $1", [li.id]);
    expect(rows).toEqual([]);
  });

  it("pins at most 200 of a resource", async () => {
    const li = caller();
    const [account, last] = await accounts(li, "A", "B");
    await customer.database.admin.query(
      "INSERT INTO customer.pin (user_id, resource, record_id) SELECT $1, 'accounts', gen_random_uuid() FROM generate_series(1, 199)",
      [li.id],
    );
    expect((await send(li, "PUT", `/${account!.id}/pin`)).status).toBe(204);
    expect((await send(li, "PUT", `/${account!.id}/pin`)).status).toBe(204);
    expect(await send(li, "PUT", `/${last!.id}/pin`)).toMatchObject({ status: 422, body: { code: "pin.too-many" } });
  });
});

describe("GET /v1/accounts/pinned", () => {
  it("comes in pages, each record once", async () => {
    const li = caller();
    for (const { id } of await accounts(li, "A", "B", "C")) await send(li, "PUT", `/${id}/pin`);
    const first = await pinned(li, "?limit=2");
    const { nextCursor } = first.page;
    const second = await pinned(li, `?limit=2&cursor=${nextCursor}`);
    expect([first, second].map(({ data }) => data.map(({ name }) => name))).toEqual([["A", "B"], ["C"]]);
    expect(second.page).toEqual({ nextCursor: null, hasMore: false });
    expect((await send(caller(), "GET", `/pinned?limit=2&cursor=${nextCursor}`)).body.code).toBe("cursor.invalid");
    expect((await send(li, "GET", "/pinned?sort=name")).status).toBe(400);
  });

  it("shows what the caller reaches now, without what is closed to him; what is deleted comes back restored", async () => {
    const li = caller();
    const [a, b] = await accounts(li, "A", "B");
    for (const { id } of [a!, b!]) await send(li, "PUT", `/${id}/pin`);
    await send(li, "DELETE", `/${a!.id}`);
    expect(await namesOf(li)).toEqual(["B"]);
    await send(li, "POST", `/${a!.id}/restore`);
    await customer.database.admin.query("UPDATE customer.account SET owner_id = $1 WHERE id = $2", [
      randomUUID(),
      b!.id,
    ]);
    expect(await namesOf(li)).toEqual(["A"]);
    expect((await send(li, "DELETE", `/${b!.id}/pin`)).status).toBe(204);
    expect((await send(li, "DELETE", `/${b!.id}/pin`)).status).toBe(404);
    const closed = { ...li, fieldRules: { "customer.account": { website: "hidden" as const } } };
    const [shown] = (await pinned(closed)).data;
    expect([shown!["name"], "website" in shown!]).toEqual(["A", false]);
  });
});

describe("DELETE /v1/accounts/:id/pin", () => {
  it("takes it away, and does no harm where there is none", async () => {
    const li = caller();
    const [account] = await accounts(li, "A");
    await send(li, "PUT", `/${account!.id}/pin`);
    for (const status of [204, 204]) expect((await send(li, "DELETE", `/${account!.id}/pin`)).status).toBe(status);
    expect(await namesOf(li)).toEqual([]);
  });
});

import { startCustomer, type BulkView, type Customer } from "./customer.ts";

let customer: Customer;
beforeAll(async () => {
  customer = await startCustomer();
});
afterAll(() => customer.close());

/** @returns the ids of accounts of which none has a parent */
async function accounts(count: number): Promise<string[]> {
  const operations = Array.from({ length: count }, (_, n) => ({ op: "create", data: { name: `Account ${n}` } }));
  return (await customer.import("accounts", operations)).map(({ id }) => id!);
}

const under = (id: string, parentId: string | null) => ({ op: "update", id, data: { parentId } });

async function send(operations: object[], origin?: "import"): Promise<string[]> {
  const { admin, service } = customer;
  const body = { operations, ...(origin && { origin }) };
  const { body: answer } = await service.request<BulkView>(admin, "POST", "/v1/accounts/bulk", { body });
  return answer.results.map(({ outcome, errors }) => errors[0]?.code ?? outcome);
}

describe("POST /v1/accounts/bulk", () => {
  it.each([undefined, "import"] as const)("closes no circle of parents, with the origin %s", async (origin) => {
    const [a, b, c] = (await accounts(3)) as [string, string, string];
    const circle = [under(a, b), under(b, c), under(c, a)];
    expect(await send(circle, origin)).toEqual(["updated", "updated", "account.parent-circle"]);
    expect(await customer.get(`/v1/accounts/${c}`)).toMatchObject({ parentId: null, version: 1 });
  });

  it("stacks accounts ten levels high and no higher", async () => {
    const ids = await accounts(11);
    const outcomes = await send(ids.slice(1).map((id, n) => under(id, ids[n]!)));
    expect(outcomes).toEqual([...Array.from({ length: 9 }, () => "updated"), "account.too-deep"]);
  });

  it("turns two accounts over, where the lower one leaves its place first", async () => {
    const [a, b] = (await accounts(2)) as [string, string];
    expect(await send([under(b, a)])).toEqual(["updated"]);
    expect(await send([under(b, null), under(a, b)])).toEqual(["updated", "updated"]);
  });
});

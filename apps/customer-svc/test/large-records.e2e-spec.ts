import { eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { LARGEST_SENT } from "../../../libs/messaging/src/received.ts";
import { startCustomer, type BulkView, type Customer, type View } from "./customer.ts";

/** As many letters as a text holds, 30,000 bytes of them. */
const LONG = "华".repeat(10_000);
const NAMES = Array.from({ length: 32 }, (_, n) => `text${n}`);

let customer: Customer;

const send = <B = View>(method: string, path: string, body?: object) =>
  customer.service.request<B>(customer.admin, method, path, { body });
const texts = (from: number, to: number) => ({
  custom: Object.fromEntries(NAMES.slice(from, to).map((name) => [name, LONG])),
});
const refused = { status: 422, body: { code: "record.too-large" } };

/** @returns an account that has room for less than one more text */
async function aFullOne(): Promise<string> {
  const { id } = await customer.create("accounts", { name: "Full", ...texts(0, 7) });
  for (let from = 7; from < 28; from += 7) {
    const { status } = await send("PATCH", `/v1/accounts/${id}`, texts(from, from + 7));
    expect(status).toBe(200);
  }
  expect((await send("PATCH", `/v1/accounts/${id}`, texts(28, 30))).status).toBe(200);
  return id;
}

beforeAll(async () => {
  customer = await startCustomer();
  for (const name of NAMES) {
    const body = { name, type: "longText", label: { en: name, zh: name } };
    expect((await send("POST", "/v1/accounts/fields", body)).status).toBe(201);
  }
});
afterAll(() => customer.close());

describe("PATCH /v1/accounts/:id", () => {
  it("refuses what would make of the record an event that the bus does not carry, and changes nothing", async () => {
    const id = await aFullOne();
    const before = [await customer.get(`/v1/accounts/${id}`), await customer.eventsOf(id)];
    expect(await send("PATCH", `/v1/accounts/${id}`, texts(30, 31))).toMatchObject(refused);
    expect([await customer.get(`/v1/accounts/${id}`), await customer.eventsOf(id)]).toEqual(before);
    expect((await send("PATCH", `/v1/accounts/${id}`, { custom: { text0: null, text30: LONG } })).status).toBe(200);
    expect((await send("DELETE", `/v1/accounts/${id}`)).status).toBe(204);
  });
});

describe("an account that was larger before there was a limit", () => {
  const told = async (id: string) => (await customer.eventsOf(id)).map(([type]) => type.split(".").at(-1));

  /** @returns an account that is too large even without one of its texts */
  async function anOldOne(): Promise<string> {
    const id = await aFullOne();
    const sql = "UPDATE customer.account SET custom = custom || $2 WHERE id = $1";
    await customer.database.admin.query(sql, [id, texts(30, 32).custom]);
    return id;
  }

  it("is told again, handed over, deleted and restored", async () => {
    const [id, ownerId] = [await anOldOne(), randomUUID()];
    await publish(customer.database, "identity.user.updated", { id: ownerId, name: "Li Na" });
    const { status } = await send("POST", "/v1/operations/customer/snapshots", { concept: "customer.account" });
    expect(status).toBe(202);
    await eventually(async () =>
      expect((await send("POST", `/v1/accounts/${id}/owner`, { ownerId })).status).toBe(200),
    );
    expect((await send("DELETE", `/v1/accounts/${id}`)).status).toBe(204);
    expect((await send("POST", `/v1/accounts/${id}/restore`)).status).toBe(200);
    expect((await told(id)).slice(-4)).toEqual(["snapshot", "owner-changed", "deleted", "restored"]);
  });

  it("is shortened step by step, and does not grow", async () => {
    const id = await anOldOne();
    expect(await send("PATCH", `/v1/accounts/${id}`, { name: "Full of texts" })).toMatchObject(refused);
    for (const name of ["text0", "text1"]) {
      expect((await send("PATCH", `/v1/accounts/${id}`, { custom: { [name]: "short" } })).status).toBe(200);
    }
    expect((await send("PATCH", `/v1/accounts/${id}`, { name: "Full of texts" })).status).toBe(200);
  });
});

describe("POST /v1/accounts/bulk", () => {
  it("fails only the operation whose record would be too large", async () => {
    const id = await aFullOne();
    const operations = [
      { op: "create", data: { name: "Small" } },
      { op: "update", id, data: texts(30, 31) },
      { op: "create", data: { name: "Smaller" } },
    ];
    const { body } = await send<BulkView>("POST", "/v1/accounts/bulk", { operations });
    expect(body.results).toMatchObject([
      { outcome: "created" },
      { outcome: "failed", errors: [{ code: "record.too-large" }] },
      { outcome: "created" },
    ]);
    expect(await send("POST", "/v1/accounts/bulk", { operations, atomic: true })).toMatchObject(refused);
  });
});

describe("POST /v1/operations/customer/snapshots", () => {
  it("tells of every record that was taken", async () => {
    const id = await aFullOne();
    const { status } = await send("POST", "/v1/operations/customer/snapshots", { concept: "customer.account" });
    expect(status).toBe(202);
    const { rows } = await customer.database.admin.query<{ size: number }>(
      "SELECT octet_length(payload) AS size FROM customer.outbox WHERE key = $1 AND type = 'customer.account.snapshot'",
      [id],
    );
    expect(rows).toEqual([{ size: expect.any(Number) as number }]);
    expect(rows[0]!.size).toBeGreaterThan(LARGEST_SENT - 30_000);
  });
});

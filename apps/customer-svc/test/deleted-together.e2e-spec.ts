import { everything, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type View } from "./customer.ts";

type Answer = Partial<View> & {
  code?: string;
  allowed?: string[];
  refused?: object[];
  records?: object[];
  data?: object[];
};

describe("deleting a record with what hangs on it", () => {
  let customer: Customer;
  const send = (method: string, path: string, as = customer.admin, body?: object) =>
    customer.service.request<Answer>(as, method, `/v1/${path}`, { body });
  const statusOf = async (path: string) => (await send("GET", path)).status;
  const person = (changed: Partial<TestCaller["grants"]> = {}): TestCaller => ({
    id: randomUUID(),
    grants: { ...everything("own"), ...changed } as TestCaller["grants"],
  });
  const kept = async () =>
    (
      await customer.database.admin.query<{ record_id: string }>(
        "SELECT record_id FROM customer.deleted_with ORDER BY 1",
      )
    ).rows;
  const contactOf = (accountId: string, more: object = {}, as = customer.admin) =>
    customer.create("contacts", { lastName: "王", accountId, ...more }, as);
  const taskOf = (type: string, id: string, as = customer.admin) =>
    customer.create("tasks", { subject: "Call", links: [{ type, id }] }, as);

  beforeAll(async () => {
    customer = await startCustomer();
  });
  afterAll(() => customer.close());

  it("takes along what is named, one level down, and brings exactly that back", async () => {
    const account = await customer.create("accounts", { name: "华星" });
    const [one, two, before] = [await contactOf(account.id), await contactOf(account.id), await contactOf(account.id)];
    const [task, deeper] = [await taskOf("account", account.id), await taskOf("contact", one.id)];
    const child = await customer.create("accounts", { name: "Child", parentId: account.id });
    expect((await send("DELETE", `contacts/${before.id}`)).status).toBe(204);
    expect((await send("GET", `accounts/${account.id}/dependents`)).body.data).toEqual([
      { resource: "accounts", goes: 0, stays: 1 },
      { resource: "contacts", goes: 2, stays: 0 },
      { resource: "tasks", goes: 1, stays: 0 },
    ]);
    expect((await send("DELETE", `accounts/${account.id}?with=tasks,contacts`)).status).toBe(204);
    const gone = [`accounts/${account.id}`, `contacts/${one.id}`, `contacts/${two.id}`, `tasks/${task.id}`];
    for (const path of gone) expect(await statusOf(path)).toBe(404);
    for (const path of [`tasks/${deeper.id}`, `accounts/${child.id}`]) expect(await statusOf(path)).toBe(200);
    expect(await customer.eventsOf(one.id)).toEqual([
      ["customer.contact.created", 1, expect.anything()],
      ["customer.contact.deleted", 2, ["deletedAt"]],
    ]);
    // Restored by itself, and deleted again: it belongs to the deletion no more.
    expect((await send("POST", `contacts/${two.id}/restore`)).status).toBe(200);
    expect((await send("DELETE", `contacts/${two.id}`)).status).toBe(204);
    expect(await kept()).toHaveLength(2);
    expect(await send("POST", `accounts/${account.id}/restore`)).toMatchObject({ status: 200, body: { version: 3 } });
    for (const path of [gone[0]!, gone[1]!, gone[3]!]) expect(await statusOf(path)).toBe(200);
    for (const { id } of [two, before]) expect(await statusOf(`contacts/${id}`)).toBe(404);
    expect((await customer.eventsOf(task.id)).at(-1)).toEqual(["customer.task.restored", 3, ["deletedAt"]]);
    const history = (await send("GET", `contacts/${one.id}/history`)).body.data as { event: string }[];
    expect(history.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["customer.contact.deleted", "customer.contact.restored"]),
    );
    expect(await kept()).toEqual([]);
  });

  it("leaves everything where nothing is named, and is not undone by a later restoration", async () => {
    const account = await customer.create("accounts", { name: "Nord" });
    const contact = await contactOf(account.id);
    expect((await send("DELETE", `accounts/${account.id}`)).status).toBe(204);
    expect(await statusOf(`contacts/${contact.id}`)).toBe(200);
    expect((await send("DELETE", `contacts/${contact.id}`)).status).toBe(204);
    expect((await send("POST", `accounts/${account.id}/restore`)).status).toBe(200);
    expect(await statusOf(`contacts/${contact.id}`)).toBe(404);
  });

  it.each(["opportunities", "contacts,", "accounts"])("refuses with=%s, and says what it takes", async (given) => {
    const { id } = await customer.create("accounts", { name: "Named" });
    expect(await send("DELETE", `accounts/${id}?with=${given}`)).toMatchObject({
      status: 400,
      body: { code: "query.invalid", allowed: ["contacts", "tasks"] },
    });
    expect(await statusOf(`accounts/${id}`)).toBe(200);
  });

  it("deletes nothing where one of them is not the caller's to delete, and names it", async () => {
    const li = person({ "customer.contact.read": "all" });
    const account = await customer.create("accounts", { name: "Li's" }, li);
    const own = await contactOf(account.id, {}, li);
    const other = await contactOf(account.id);
    expect((await send("GET", `accounts/${account.id}/dependents`, li)).body.data).toEqual([
      { resource: "contacts", goes: 1, stays: 1 },
    ]);
    expect(await send("DELETE", `accounts/${account.id}?with=contacts`, li)).toMatchObject({
      status: 403,
      body: { code: "delete.dependent-refused", refused: [{ resource: "contacts", id: other.id }] },
    });
    for (const path of [`accounts/${account.id}`, `contacts/${own.id}`]) expect(await statusOf(path)).toBe(200);
    const grants = Object.fromEntries(Object.entries(li.grants).filter(([name]) => name !== "customer.contact.delete"));
    expect(await send("DELETE", `accounts/${account.id}?with=contacts`, { ...li, grants })).toMatchObject({
      status: 403,
      body: { code: "permission.denied" },
    });
  });

  it("leaves what he does not see, and says nothing of it", async () => {
    const li = person();
    const account = await customer.create("accounts", { name: "Seen" }, li);
    const [own, unseen] = [await contactOf(account.id, {}, li), await contactOf(account.id)];
    expect((await send("GET", `accounts/${account.id}/dependents`, li)).body.data).toEqual([
      { resource: "contacts", goes: 1, stays: 0 },
    ]);
    expect((await send("DELETE", `accounts/${account.id}?with=contacts`, li)).status).toBe(204);
    expect([await statusOf(`contacts/${own.id}`), await statusOf(`contacts/${unseen.id}`)]).toEqual([404, 200]);
    expect((await send("GET", `accounts/${account.id}/dependents`, person())).status).toBe(404);
  });

  it("restores nothing for who may not restore all of it", async () => {
    const li = person();
    const account = await customer.create("accounts", { name: "Back" }, li);
    const [own, other] = [await contactOf(account.id, {}, li), await contactOf(account.id)];
    expect((await send("DELETE", `accounts/${account.id}?with=contacts`)).status).toBe(204);
    const seeing = { ...li, grants: { ...li.grants, "customer.contact.read": "all" } } as TestCaller;
    const refused = [{ resource: "contacts", id: other.id }];
    for (const [who, named] of [
      [li, []],
      [seeing, refused],
    ] as const)
      expect(await send("POST", `accounts/${account.id}/restore`, who)).toMatchObject({
        status: 403,
        body: { code: "restore.dependent-refused", refused: named },
      });
    for (const path of [`accounts/${account.id}`, `contacts/${own.id}`]) expect(await statusOf(path)).toBe(404);
    expect((await send("POST", `accounts/${account.id}/restore`)).status).toBe(200);
    expect(await statusOf(`contacts/${own.id}`)).toBe(200);
  });

  it("names at restoration what cannot have its name again, and restores nothing", async () => {
    const account = await customer.create("accounts", { name: "Taken" });
    const externalIds = [{ system: "erp", id: "0007" }];
    const [first, second] = [await contactOf(account.id, { externalIds }), await contactOf(account.id)];
    expect((await send("DELETE", `accounts/${account.id}?with=contacts`)).status).toBe(204);
    const taker = await customer.create("contacts", { lastName: "李", externalIds });
    expect(await send("POST", `accounts/${account.id}/restore`)).toMatchObject({
      status: 409,
      body: {
        code: "external-id.taken",
        conflicts: [{ system: "erp", recordId: taker.id }],
        records: [{ resource: "contacts", id: first.id }],
      },
    });
    for (const path of [`accounts/${account.id}`, `contacts/${second.id}`]) expect(await statusOf(path)).toBe(404);
    expect((await send("PATCH", `contacts/${taker.id}`, customer.admin, { externalIds: [] })).status).toBe(200);
    expect((await send("POST", `accounts/${account.id}/restore`)).status).toBe(200);
    expect(await statusOf(`contacts/${first.id}`)).toBe(200);
  });

  it("takes at most 500 along, and says how to go on", async () => {
    const account = await customer.create("accounts", { name: "Large" });
    const operations = Array.from({ length: 501 }, (_, n) => ({
      op: "create",
      data: { lastName: `C${n}`, accountId: account.id },
    }));
    await customer.import("contacts", operations.slice(0, 500));
    await customer.import("contacts", operations.slice(500));
    const path = `accounts/${account.id}?with=contacts`;
    expect(await send("DELETE", path)).toMatchObject({ status: 422, body: { code: "delete.too-many" } });
    const [last] = (await customer.list(`/v1/contacts?filter[accountId]=${account.id}&limit=1`)).data;
    expect((await send("DELETE", `contacts/${last!.id}`)).status).toBe(204);
    expect((await send("DELETE", path)).status).toBe(204);
    expect((await send("POST", `accounts/${account.id}/restore`)).status).toBe(200);
    expect((await customer.list(`/v1/contacts?filter[accountId]=${account.id}&count=exact&limit=1`)).page.total).toBe(
      500,
    );
  }, 60_000);
});

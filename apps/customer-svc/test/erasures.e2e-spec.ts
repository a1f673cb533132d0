import { anOwner, eventually, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer } from "./customer.ts";

describe("POST /v1/contacts/:id/erase", () => {
  let customer: Customer;

  beforeAll(async () => {
    customer = await startCustomer();
  });

  afterAll(() => customer.close());

  const CONTACT = {
    firstName: "Wei",
    lastName: "Wang",
    contactPoints: [{ kind: "email", value: "wang@huaxing.example" }],
  };
  const send = (as: TestCaller, method: string, path: string) =>
    customer.service.request(as, method, `/v1/contacts/${path}`);
  const erase = (id: string, as = customer.admin) => send(as, "POST", `${id}/erase`);
  const keyOf = async (personId: unknown) => {
    const { rows } = await customer.database.admin.query<{ wrapped: string; destroyed_at: Date | null }>(
      "SELECT wrapped, destroyed_at FROM bus.person_key WHERE person_id = $1",
      [personId],
    );
    return rows[0]!;
  };
  /** Contacts that an import says are one person. */
  const samePerson = async (count: number) => {
    const data = { ...CONTACT, personId: randomUUID() };
    const results = await customer.import(
      "contacts",
      Array.from({ length: count }, () => ({ op: "create", data })),
    );
    return { personId: data.personId, ids: results.map(({ id }) => id!) };
  };

  it("destroys the person's key and overwrites his records in one transaction", async () => {
    const { id, personId } = await customer.create("contacts", CONTACT);
    const before = await keyOf(personId);
    expect(before).toMatchObject({ wrapped: expect.stringMatching(/.{60}/) as string, destroyed_at: null });
    expect(await erase(id)).toMatchObject({ status: 204, body: undefined });
    expect(await keyOf(personId)).toMatchObject({ wrapped: "", destroyed_at: expect.any(Date) as Date });
    expect((await send(customer.admin, "GET", id)).body).toMatchObject({
      firstName: null,
      lastName: "(erased)",
      contactPoints: [],
      personId,
      version: 2,
    });
    const changed = ["firstName", "lastName", "contactPoints"];
    expect((await customer.eventsOf(id))[1]).toEqual(["customer.contact.erased", 2, changed]);
    const { data } = await customer.list(`/v1/contacts/${id}/history`);
    expect(data.slice(0, 3)).toMatchObject(
      changed.map(() => ({ event: "customer.contact.erased", before: null, after: null })),
    );
  });

  it("reaches every contact who is the same person, also one that was deleted", async () => {
    const { personId, ids } = await samePerson(3);
    expect((await send(customer.admin, "DELETE", ids[1]!)).status).toBe(204);
    expect((await erase(ids[1]!)).status).toBe(204);
    const { rows } = await customer.database.admin.query(
      "SELECT DISTINCT name, contact_points, blind_index FROM customer.contact WHERE person_id = $1",
      [personId],
    );
    expect(rows).toEqual([{ name: "(erased)", contact_points: null, blind_index: [] }]);
  });

  it("changes nothing the second time", async () => {
    const { ids } = await samePerson(2);
    await erase(ids[0]!);
    const events = await Promise.all(ids.map((id) => customer.eventsOf(id)));
    expect((await erase(ids[1]!)).status).toBe(204);
    expect(await Promise.all(ids.map((id) => customer.eventsOf(id)))).toEqual(events);
  });

  it("has one effect when sent 20 times at once, for two contacts of one person", async () => {
    const { ids } = await samePerson(2);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => erase(ids[n % 2]!)));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(204));
    for (const id of ids) {
      const types = (await customer.eventsOf(id)).map(([type]) => type);
      expect(types).toEqual(["customer.contact.created", "customer.contact.erased"]);
    }
  });

  it("is out of reach of who may not write the contact, or has no permission for it", async () => {
    const { id, personId } = await customer.create("contacts", CONTACT);
    expect((await erase(id, anOwner())).status).toBe(404);
    const { "customer.contact.erase": _erase, ...grants } = customer.admin.grants;
    expect(await erase(id, { ...customer.admin, grants })).toMatchObject({
      status: 403,
      body: { code: "permission.denied" },
    });
    expect(await keyOf(personId)).toMatchObject({ destroyed_at: null });
    expect(await customer.eventsOf(id)).toHaveLength(1);
  });

  it("follows the erasure of a lead who became a contact, and refuses what comes of him later", async () => {
    const { personId, ids } = await samePerson(1);
    const lead = { id: randomUUID(), personId, firstName: null, lastName: "(erased)", email: null, phone: null };
    await publish(customer.database, "sales.lead.erased", lead, 2);
    await eventually(async () => {
      expect(await customer.get(`/v1/contacts/${ids[0]!}`)).toMatchObject({ lastName: "(erased)", contactPoints: [] });
    });
    const body = { lastName: "Wang" };
    const answer = await customer.service.request(customer.admin, "PATCH", `/v1/contacts/${ids[0]!}`, { body });
    expect(answer).toMatchObject({ status: 422, body: { code: "person.erased" } });
    const title = { body: { title: "x" } };
    expect((await customer.service.request(customer.admin, "PATCH", `/v1/contacts/${ids[0]!}`, title)).status).toBe(
      200,
    );
  });
});

import { eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer } from "./customer.ts";

describe("lead conversion", () => {
  let customer: Customer;

  beforeAll(async () => {
    customer = await startCustomer();
  });

  afterAll(() => customer.close());

  const aConversion = (more: { accountId?: string } = {}) => {
    const accountId = more.accountId ?? randomUUID();
    return {
      leadId: randomUUID(),
      ownerId: randomUUID(),
      account: { id: accountId, name: "华星科技", industry: "technology", website: null },
      contact: {
        id: randomUUID(),
        personId: randomUUID(),
        firstName: "伟",
        lastName: "王",
        email: "wang.wei@huaxing.example",
        phone: "+8613800138000",
        source: "web",
        accountId,
      },
    };
  };
  type Conversion = ReturnType<typeof aConversion>;

  const tell = ({ leadId, ownerId }: Conversion, facts: object, event: string = randomUUID(), version = 2) =>
    publish(customer.database, "sales.lead.converted", { id: leadId, ownerId, status: "converted" }, version, event, {
      facts,
      origin: "api",
    });
  const there = (path: string) => eventually(() => customer.get(path));

  it("makes account and contact under the ids that sales gave, with owner, person, origin and cause", async () => {
    const conversion = aConversion();
    const { account, contact, ownerId } = conversion;
    const event = randomUUID();
    await tell(conversion, { account, contact }, event);
    expect(await there(`/v1/contacts/${contact.id}`)).toMatchObject({
      personId: contact.personId,
      firstName: "伟",
      lastName: "王",
      accountId: account.id,
      accountName: "华星科技",
      source: "web",
      ownerId,
      contactPoints: [
        { kind: "email", value: contact.email, primary: true },
        { kind: "phone", value: contact.phone, primary: true },
      ],
      version: 1,
    });
    expect(await customer.get(`/v1/accounts/${account.id}`)).toMatchObject({
      industry: "technology",
      ownerId,
      version: 1,
    });
    const { rows } = await customer.database.admin.query(
      `SELECT type, payload::json->>'origin' AS origin, payload::json->>'causationid' AS cause,
              payload::json->>'actortype' AS actor, payload::json->>'actorid' AS by
       FROM customer.outbox WHERE key = ANY($1) ORDER BY seq`,
      [[account.id, contact.id]],
    );
    const common = { origin: "api", cause: event, actor: "system", by: "lead-conversion" };
    expect(rows).toEqual([
      { type: "customer.account.created", ...common },
      { type: "customer.contact.created", ...common },
    ]);
    const history = await customer.list(`/v1/contacts/${contact.id}/history`);
    expect(history.data).toMatchObject([
      { event: "customer.contact.created", actor: { type: "system", id: "lead-conversion" } },
    ]);
    const found = await customer.list(
      `/v1/contacts?filter[email]=${contact.email}&filter[phone]=${encodeURIComponent(contact.phone)}`,
    );
    expect(found.data).toMatchObject([{ id: contact.id }]);
  });

  it("makes only what was not there before", async () => {
    const conversion = aConversion();
    const { id } = await customer.create("accounts", { name: "There before" });
    const contact = { ...conversion.contact, accountId: id };
    await tell(conversion, { account: null, contact });
    expect(await there(`/v1/contacts/${contact.id}`)).toMatchObject({ accountName: "There before" });
    expect(await customer.eventsOf(id)).toHaveLength(1);
  });

  it("has one effect, however often the event comes, and leaves alone what people have changed since", async () => {
    const conversion = aConversion();
    const { account, contact } = conversion;
    const event = randomUUID();
    await tell(conversion, { account, contact }, event);
    await there(`/v1/contacts/${contact.id}`);
    await customer.service.request(customer.admin, "PATCH", `/v1/contacts/${contact.id}`, { body: { title: "CEO" } });
    await customer.service.request(customer.admin, "DELETE", `/v1/accounts/${account.id}`);
    await tell(conversion, { account, contact }, event);
    await tell(conversion, { account, contact });
    const last = aConversion();
    await tell(last, { account: last.account, contact: null });
    await there(`/v1/accounts/${last.account.id}`);
    expect(await customer.get(`/v1/contacts/${contact.id}`)).toMatchObject({ title: "CEO", version: 2 });
    expect((await customer.eventsOf(account.id)).map(([type]) => type)).toEqual([
      "customer.account.created",
      "customer.account.deleted",
    ]);
  });

  it("takes the contact of an account that comes later", async () => {
    const first = aConversion();
    const second = aConversion({ accountId: first.account.id });
    await tell(second, { account: null, contact: second.contact });
    expect(await there(`/v1/contacts/${second.contact.id}`)).toMatchObject({
      accountId: first.account.id,
      accountName: null,
    });
    await tell(first, { account: first.account, contact: first.contact });
    await there(`/v1/accounts/${first.account.id}`);
    expect(await customer.get(`/v1/contacts/${second.contact.id}`)).toMatchObject({ accountName: "华星科技" });
  });

  it("refuses nothing that sales has taken", async () => {
    const conversion = aConversion();
    const contact = { ...conversion.contact, firstName: null, email: "not-an-address", phone: "110", accountId: null };
    await tell(conversion, { account: null, contact });
    expect(await there(`/v1/contacts/${contact.id}`)).toMatchObject({
      accountId: null,
      contactPoints: [{ value: "not-an-address" }, { value: "110" }],
    });
    const { rows } = await customer.database.admin.query("SELECT 1 FROM customer.dead_letter");
    expect(rows).toEqual([]);
  });

  it("creates nothing for a lead that was imported as converted", async () => {
    const event = randomUUID();
    await tell(aConversion(), { account: null, contact: null }, event);
    const next = aConversion();
    await tell(next, { account: next.account, contact: null });
    await there(`/v1/accounts/${next.account.id}`);
    const { rows } = await customer.database.admin.query(
      "SELECT 1 FROM customer.outbox WHERE payload::json->>'causationid' = $1",
      [event],
    );
    expect(rows).toEqual([]);
  });
});

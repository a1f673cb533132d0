import { exporting } from "./exports.ts";
import { counts, Importing } from "./importing.ts";
import type { View } from "./customer.ts";

const label = (en: string) => ({ en, zh: en });
const choices = ["华东", "b;c", "d"].map((value) => ({ value, label: label(value) }));

let importing: Importing;
const { made, fetchFile } = exporting(() => importing.customer);

beforeAll(async () => {
  importing = await Importing.start();
  const kinds = ["text", "longText", "number", "money", "date", "time", "instant", "boolean", "link"];
  for (const resource of ["accounts", "contacts"]) {
    for (const type of kinds)
      await importing.ask("POST", `${resource}/fields`, { name: type, type, label: label(type) });
    for (const [name, type] of [
      ["one", "choice"],
      ["some", "choices"],
    ] as const)
      await importing.ask("POST", `${resource}/fields`, { name, type, choices, label: label(name) });
  }
});
afterAll(() => importing.customer.close());

const CUSTOM = [
  {
    text: "=1+1",
    longText: 'Zeile 1\r\nZeile 2\n"quoted", 第三行',
    number: -12.5,
    money: { amount: "1234567.05", currency: "USD" },
    date: "2024-02-29",
    time: "09:30:00",
    instant: "2026-01-02T03:04:05.678Z",
    boolean: false,
    link: "https://kehu.example/华星?a=1;b=2",
    one: "华东",
    some: ["d", "华东"],
  },
  { text: "00123", number: 0, money: { amount: "-5", currency: "JPY" }, boolean: true, time: "23:59:59" },
  {
    text: "'apostrophe",
    longText: "  spaces  ",
    number: 123456789.123456,
    money: { amount: "0.001", currency: "KWD" },
  },
];
const ACCOUNTS = [
  { name: "华星科技", industry: "@steel", website: "+1", type: "customer", tags: ["重点", "vip"], custom: CUSTOM[0] },
  {
    name: "-Leading minus",
    tags: [],
    custom: CUSTOM[1],
    externalIds: [
      { system: "erp", id: "0012" },
      { system: "crm", id: "x" },
    ],
  },
  { name: '\ttab, and "quotes"', industry: "a\nb", custom: CUSTOM[2], externalIds: [{ system: "erp", id: "0013" }] },
  { name: "Many names", externalIds: ["1", "2; 3", "[x]", '["y"]'].map((id) => ({ system: "erp", id })) },
  { name: "Odd name", externalIds: [{ system: "erp", id: '["1"]' }] },
  { name: "Divided name", externalIds: [{ system: "erp", id: "a;b" }] },
  { name: "Nothing else" },
];
const CONTACTS = [
  {
    firstName: "伟",
    lastName: "王",
    title: "=cmd()",
    contactPoints: [
      { kind: "email", value: "wang@kehu.example", primary: true },
      { kind: "phone", value: "+8613800138000", primary: false },
      { kind: "phone", value: "+8613800138001", primary: true },
      { kind: "address", value: "Zeile 1\nZeile 2", primary: true },
    ],
    custom: CUSTOM[0],
  },
  { lastName: "O'Neill", custom: CUSTOM[1] },
];

/** A record without what an install gives anew. */
function own({ id: _id, version: _version, updatedAt: _updatedAt, personId: _personId, ...rest }: View) {
  // Of several names in other systems none is the first.
  return {
    ...rest,
    externalIds: (rest["externalIds"] as { system: string }[]).map((one) => JSON.stringify(one)).sort(),
  };
}

/** As an empty install with the same fields and the same users is. */
async function empty(): Promise<void> {
  await importing.customer.database.admin.query(
    "TRUNCATE customer.account, customer.contact, customer.custom_value, customer.external_id CASCADE",
  );
}

describe.each(["csv", "xlsx"])("a file in %s, exported and imported into an empty install", (format) => {
  it.each([
    ["accounts", ACCOUNTS, "name"],
    ["contacts", CONTACTS, "lastName"],
  ] as const)("gives equal %s", async (resource, records, sort) => {
    await empty();
    for (const record of records) await importing.customer.create(resource, record);
    const before = (await importing.list(`${resource}?sort=${sort}`)).map(own);
    const { url } = await made(resource, { format });
    const file = await fetchFile(url!, importing.customer.admin);
    const content = Buffer.from(await file.arrayBuffer());
    await empty();
    const { body } = await importing.upload(resource, content);
    const looked = await importing.rested(resource, body.id);
    expect(looked.found!.profile.columns.filter(({ bad }) => bad > 0)).toEqual([]);
    expect((await importing.ask("POST", `${resource}/imports/${body.id}/run`, {})).status).toBe(202);
    const done = await importing.rested(resource, body.id);
    expect({ counts: counts(done), rows: await importing.rows(resource, done, "&outcome=failed") }).toEqual({
      counts: [records.length, records.length, 0, 0, 0],
      rows: [],
    });
    expect((await importing.list(`${resource}?sort=${sort}`)).map(own)).toEqual(before);
  });
});

describe("a file that was exported and is imported where it came from", () => {
  async function again(resource: string, options: object) {
    const { url } = await made(resource, {});
    const content = Buffer.from(await (await fetchFile(url!, importing.customer.admin)).arrayBuffer());
    const { body } = await importing.upload(resource, content);
    await importing.rested(resource, body.id);
    const suggested = (await importing.ask("GET", `${resource}/imports/${body.id}`)).body.found!.suggested;
    const mapping = Object.fromEntries(suggested.map(({ column, field }) => [column, field]));
    const all = { matchBy: "id", mapping: { ...mapping, id: "id" }, emptyClears: true, ...options };
    await importing.ask("POST", `${resource}/imports/${body.id}/run`, all);
    const done = await importing.rested(resource, body.id);
    return { counts: counts(done), failed: await importing.rows(resource, done, "&outcome=failed"), mapping };
  }

  it("goes by the ids of what it refers to, not by the names beside them", async () => {
    await empty();
    const [one] = [await importing.customer.create("accounts", { name: "Acme" })];
    await importing.customer.create("accounts", { name: "Acme" });
    const { id } = await importing.customer.create("contacts", { lastName: "Wang", accountId: one.id });
    const done = await again("contacts", { mode: "update" });
    expect(done).toMatchObject({ counts: [1, 0, 0, 1, 0], failed: [] });
    expect(Object.values(done.mapping)).not.toContain("accountId.name");
    expect((await importing.customer.get(`/v1/contacts/${id}`))["accountId"]).toBe(one.id);
  });

  it.each([
    ["tasks", { subject: "Call" }],
    ["interactions", { kind: "call", occurredAt: "2026-01-02T03:04:05Z" }],
  ])("reads the links of %s", async (resource, record) => {
    const { id } = await importing.customer.create("accounts", { name: "Linked" });
    await importing.customer.create(resource, { ...record, links: [{ type: "account", id }] });
    expect(await again(resource, { mode: "create", matchBy: undefined, mapping: undefined })).toMatchObject({
      counts: [1, 1, 0, 0, 0],
      failed: [],
    });
    const { data } = await importing.customer.list(`/v1/${resource}`);
    expect(data.map(({ links }) => (links as { id: string }[]).map((link) => link.id))).toEqual([[id], [id]]);
  });
});

import { anOwner, everything, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type PageView } from "./customer.ts";

const label = (name: string) => ({ en: name, zh: name });
const condition = (field: string, value: unknown, op = "eq") => ({ field, op, value });
const any = (resource: string, where?: object, by?: string) => ({ any: { resource, where, by } });

interface Refusal {
  code: string;
  detail: string;
  allowed?: string[];
}

describe("conditions on related records", () => {
  let customer: Customer;
  const owner = anOwner();
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    customer = await startCustomer();
    const make = async (key: string, resource: string, body: object, as?: TestCaller) => {
      ids[key] = (await customer.create(resource, body, as)).id;
    };
    for (const field of [
      { name: "region", type: "text" },
      { name: "partnerId", type: "reference", target: "account" },
    ]) {
      const body = { ...field, label: label(field.name) };
      const { status } = await send("POST", "/v1/accounts/fields", body);
      expect(status).toBe(201);
    }
    await make(
      "steel",
      "accounts",
      { name: "华星", industry: "steel", custom: { region: "华东" }, tags: ["key"] },
      owner,
    );
    await make("glass", "accounts", {
      name: "Glass",
      industry: "glass",
      parentId: ids["steel"],
      custom: { partnerId: ids["steel"] },
    });
    await make("plain", "accounts", { name: "Plain" });
    await make("gone", "accounts", { name: "Gone", industry: "steel" });
    const email = (value: string) => ({ contactPoints: [{ kind: "email", value }] });
    await make(
      "wang",
      "contacts",
      { lastName: "王", title: "CEO", accountId: ids["steel"], ...email("wang@steel.example") },
      owner,
    );
    await make("li", "contacts", { lastName: "李", title: "CFO", accountId: ids["glass"] });
    await make("chen", "contacts", { lastName: "陈", title: "CEO", accountId: ids["plain"] });
    await make("zhao", "contacts", { lastName: "赵", accountId: ids["gone"] });
    await make("nobody", "contacts", { lastName: "无" });
    const call = { kind: "call", occurredAt: "2026-03-01T09:00:00.000Z", subject: "Renewal" };
    await make("call", "interactions", { ...call, links: [{ type: "account", id: ids["glass"] }] });
    await send("DELETE", `/v1/accounts/${ids["gone"]}`);
  });
  afterAll(() => customer.close());

  const send = <B>(method: string, path: string, body?: object, as = customer.admin) =>
    customer.service.request<B>(as, method, path, { body });
  const keysOf = (data: readonly { id: string }[]) =>
    data.map(({ id }) => Object.keys(ids).find((key) => ids[key] === id)).sort();
  const search = async (resource: string, where: object, as?: TestCaller) => {
    const { status, body } = await send<PageView>("POST", `/v1/${resource}/search`, { where, count: "exact" }, as);
    expect({ status, body }).toMatchObject({ status: 200 });
    expect(body.page.total).toBe(body.data.length);
    return keysOf(body.data);
  };
  const refused = async (resource: string, where: object, as?: TestCaller) => {
    const { status, body } = await send<Refusal>("POST", `/v1/${resource}/search`, { where }, as);
    expect(status).toBe(400);
    return body;
  };
  const clerk = (concept: string, field: string): TestCaller => ({
    id: randomUUID(),
    grants: everything("all"),
    fieldRules: { [concept]: { [field]: "hidden" } },
  });

  describe("POST /v1/{resource}/search by the record that one refers to", () => {
    it.each<[string, object, string[]]>([
      ["contacts", condition("account.industry", "steel"), ["wang"]],
      ["contacts", condition("account.name", "星", "contains"), ["wang"]],
      ["contacts", condition("account.custom.region", "华东"), ["wang"]],
      ["contacts", condition("account.tags", "key"), ["wang"]],
      ["contacts", condition("account.industry", ["steel", "glass"], "in"), ["li", "wang"]],
      ["contacts", condition("account.industry", "steel", "ne"), ["chen", "li", "nobody", "zhao"]],
      ["contacts", condition("account.custom.region", "华东", "ne"), ["chen", "li", "nobody", "zhao"]],
      ["contacts", condition("account.industry", ["glass"], "nin"), ["chen", "nobody", "wang", "zhao"]],
      ["contacts", condition("account.industry", true, "isNull"), ["chen", "nobody", "zhao"]],
      ["contacts", condition("account.industry", false, "isNull"), ["li", "wang"]],
      ["contacts", condition("account.id", true, "isNull"), ["nobody", "zhao"]],
      ["contacts", { not: condition("account.industry", "steel") }, ["chen", "li", "nobody", "zhao"]],
      ["contacts", { or: [condition("account.industry", "glass"), condition("title", "CEO")] }, ["chen", "li", "wang"]],
      ["accounts", condition("parent.industry", "steel"), ["glass"]],
      ["accounts", condition("custom.partner.custom.region", "华东"), ["glass"]],
      ["accounts", condition("custom.partner.name", "华星", "ne"), ["plain", "steel"]],
    ])("finds %s where %j", async (resource, where, expected) => {
      expect(await search(resource, where)).toEqual(expected);
    });

    it("goes in a query string, too, and is counted", async () => {
      const { data } = await customer.list("/v1/contacts?filter[account.industry][in]=steel,glass&filter[title]=CFO");
      expect(keysOf(data)).toEqual(["li"]);
      const { body } = await send<{ total: { count: number } }>(
        "GET",
        "/v1/contacts/aggregate?filter[account.industry]=steel",
      );
      expect(body.total.count).toBe(1);
    });

    it("A07 tells nothing of a record that is out of the caller's reach", async () => {
      const stranger = {
        ...owner,
        grants: { "customer.contact.read": "all", "customer.account.read": "own" },
      } as const;
      expect(await search("contacts", condition("account.industry", "steel"), stranger)).toEqual(["wang"]);
      expect(await search("contacts", condition("account.industry", "glass"), stranger)).toEqual([]);
      expect(await search("contacts", condition("account.industry", "glass", "ne"), stranger)).toHaveLength(5);
      expect(await search("contacts", condition("account.name", true, "isNull"), stranger)).toEqual([
        "chen",
        "li",
        "nobody",
        "zhao",
      ]);
    });

    it("A08 does not know what is hidden from the caller, nor anything without the permission", async () => {
      const industry = condition("account.industry", "steel");
      const hidden = await refused("contacts", industry, clerk("customer.account", "industry"));
      expect(hidden.code).toBe("filter.unknown-field");
      expect(hidden.allowed).toContain("account.name");
      expect(hidden.allowed).not.toContain("account.industry");
      expect((await refused("contacts", industry, clerk("customer.contact", "accountId"))).code).toBe(
        "filter.unknown-field",
      );
      const without = { id: randomUUID(), grants: { "customer.contact.read": "all" } } as const;
      expect((await refused("contacts", industry, without)).allowed).not.toContain("account.*");
    });

    it("names what there is where a field is not known, of related records when one is named", async () => {
      expect(await refused("contacts", condition("colour", "red"))).toMatchObject({
        code: "filter.unknown-field",
        detail: "There is no field colour to filter by.",
        allowed: expect.arrayContaining(["title", "account.*", "owner.*"]) as string[],
      });
      const { allowed } = await refused("contacts", condition("account.colour", "red"));
      expect(allowed).toContain("account.custom.region");
      expect(allowed!.every((name) => name.startsWith("account."))).toBe(true);
      expect((await refused("contacts", condition("account.parent.name", "x"))).code).toBe("filter.unknown-field");
      expect((await refused("contacts", condition("account.createdAt", "x"))).detail).toContain("account.createdAt");
    });
  });

  describe("POST /v1/{resource}/search by records that refer to one", () => {
    it.each<[string, object, string[]]>([
      ["accounts", any("contacts", condition("title", "CEO")), ["plain", "steel"]],
      ["accounts", any("contacts"), ["glass", "plain", "steel"]],
      ["accounts", { not: any("contacts", condition("title", "CEO")) }, ["glass"]],
      ["accounts", any("contacts", condition("email", "Wang@Steel.example")), ["steel"]],
      ["accounts", any("contacts", { not: condition("title", "CEO") }), ["glass"]],
      ["accounts", any("accounts", condition("industry", "glass"), "parentId"), ["steel"]],
      ["accounts", any("accounts", condition("industry", "glass"), "custom.partnerId"), ["steel"]],
      ["accounts", any("interactions", condition("occurredAt", "2026-03-01", "gte")), ["glass"]],
      ["accounts", any("interactions", condition("kind", "email"), "links"), []],
      ["contacts", any("interactions"), []],
    ])("finds %s where %j", async (resource, where, expected) => {
      expect(await search(resource, where)).toEqual(expected);
    });

    it("A07 tells nothing of records that are out of the caller's reach", async () => {
      const narrow = { ...owner, grants: { "customer.account.read": "all", "customer.contact.read": "own" } } as const;
      expect(await search("accounts", any("contacts", condition("title", "CEO")), narrow)).toEqual(["steel"]);
      expect(await search("accounts", { not: any("contacts") }, narrow)).toEqual(["glass", "plain"]);
    });

    it("A08 does not know what is hidden from the caller, nor anything without the permission", async () => {
      const ceo = any("contacts", condition("title", "CEO"));
      expect((await refused("accounts", ceo, clerk("customer.contact", "title"))).code).toBe("filter.unknown-field");
      const byHidden = await refused("accounts", ceo, clerk("customer.contact", "accountId"));
      expect(byHidden).toMatchObject({
        code: "filter.unknown-relation",
        allowed: ["accounts", "interactions", "tasks"],
      });
      const without = { id: randomUUID(), grants: { "customer.account.read": "all" } } as const;
      expect(await refused("accounts", ceo, without)).toMatchObject({
        code: "filter.unknown-relation",
        allowed: ["accounts"],
      });
    });

    it.each<[string, object, Partial<Refusal>]>([
      [
        "two references to choose from",
        any("accounts"),
        { code: "filter.unknown-relation", allowed: ["parentId", "custom.partnerId"] },
      ],
      [
        "a reference that is none",
        any("contacts", {}, "ownerId"),
        { code: "filter.unknown-relation", allowed: ["accountId"] },
      ],
      ["a resource of another service", any("opportunities"), { code: "filter.unknown-relation" }],
      ["a second step", any("contacts", condition("account.name", "x")), { code: "filter.unknown-field" }],
      ["a second step down", any("contacts", any("interactions")), { code: "filter.unknown-relation", allowed: [] }],
      [
        "more than it takes",
        { any: { resource: "contacts", where: { and: [] }, scope: "all" } },
        { code: "filter.invalid" },
      ],
      ["no object", { any: "contacts" }, { code: "filter.invalid" }],
      ["a tree that is none", any("contacts", []), { code: "filter.invalid" }],
      [
        "a part of an encrypted value",
        any("contacts", condition("email", "wang", "contains")),
        { code: "field.encrypted" },
      ],
    ])("refuses %s", async (_, where, refusal) => {
      expect(await refused("accounts", where)).toMatchObject(refusal);
    });
  });

  it("pages are bound to the related condition", async () => {
    const body = { where: condition("account.industry", "steel", "ne"), limit: 1 };
    const { body: first } = await send<PageView>("POST", "/v1/contacts/search", body);
    const cursor = first.page.nextCursor;
    const { body: second } = await send<PageView>("POST", "/v1/contacts/search", { ...body, cursor });
    expect(second.data[0]!.id).not.toBe(first.data[0]!.id);
    const other = { ...body, where: condition("account.industry", "glass", "ne"), cursor };
    expect(await send("POST", "/v1/contacts/search", other)).toMatchObject({
      status: 400,
      body: { code: "cursor.invalid" },
    });
  });

  it("GET /v1/{resource}/fields says what is related, as far as the caller sees it", async () => {
    type Fields = { related: { many: boolean; by: string; resource: string; fields: { name: string }[] }[] };
    const related = async (resource: string, as?: TestCaller) =>
      (await send<Fields>("GET", `/v1/${resource}/fields`, undefined, as)).body.related;
    const ofContacts = await related("contacts");
    expect(ofContacts.find(({ by }) => by === "accountId")).toMatchObject({
      many: false,
      type: "account",
      resource: "accounts",
      fields: expect.arrayContaining([
        {
          name: "account.industry",
          type: "text",
          label: { en: "Industry", zh: "行业" },
          choices: null,
          operators: expect.arrayContaining(["contains"]) as string[],
        },
      ]) as object[],
    });
    const many = (await related("accounts")).filter((one) => one.many).map(({ resource, by }) => `${resource} ${by}`);
    expect(many.sort()).toEqual([
      "accounts custom.partnerId",
      "accounts parentId",
      "contacts accountId",
      "interactions links",
      "tasks links",
    ]);
    const names = (await related("contacts", clerk("customer.account", "industry"))).flatMap(({ fields }) =>
      fields.map(({ name }) => name),
    );
    expect(names).toContain("account.name");
    expect(names).not.toContain("account.industry");
  });

  describe("POST /v1/{resource}/views", () => {
    const save = (resource: string, where: object, as?: TestCaller) =>
      send<{ id: string; errors: object[] }>(
        "POST",
        `/v1/${resource}/views`,
        { name: "Related", where, visibility: "everyone" },
        as,
      );

    it("keeps related conditions, and is outdated for whom they are hidden from", async () => {
      const { status, body } = await save("contacts", condition("account.industry", "steel"));
      expect(status).toBe(201);
      const records = `/v1/contacts/views/${body.id}/records`;
      expect(keysOf((await customer.list(records)).data)).toEqual(["wang"]);
      const outdated = await send("GET", records, undefined, clerk("customer.account", "industry"));
      expect(outdated).toMatchObject({
        status: 409,
        body: { code: "view.outdated", errors: [{ field: "where", message: "There is no field account.industry." }] },
      });
      const { body: below } = await save("accounts", any("contacts", condition("title", "CEO")));
      const hidden = await send(
        "GET",
        `/v1/accounts/views/${below.id}/records`,
        undefined,
        clerk("customer.contact", "title"),
      );
      expect(hidden).toMatchObject({
        status: 409,
        body: { errors: [{ message: "There is no field contacts.title." }] },
      });
    });

    it.each([any("contacts", condition("email", "wang@steel.example")), any("contacts", condition("lastName", "王"))])(
      "keeps nothing that says who somebody is: %j",
      async (where) => {
        const { status, body } = await save("accounts", where);
        expect({ status, errors: body.errors }).toMatchObject({ status: 422, errors: [{ code: "view.personal" }] });
      },
    );
  });
});

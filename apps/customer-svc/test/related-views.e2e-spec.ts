import { everything, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import type { PageView } from "./customer.ts";
import { any, clerk, condition, Related } from "./related.ts";

describe("what else takes conditions on related records", () => {
  let related: Related;

  beforeAll(async () => {
    related = await Related.plant();
  });
  afterAll(() => related.customer.close());

  it("A08 asks an API key's caller for nothing that is encrypted", async () => {
    const key: TestCaller = { id: randomUUID(), grants: everything("all"), actorType: "api-key" };
    const byEmail = await related.refused("accounts", any("contacts", condition("email", "wang@steel.example")), key);
    expect(byEmail.code).toBe("filter.unknown-field");
    expect(byEmail.allowed).not.toContain("email");
    expect(await related.found("accounts", any("contacts", condition("title", "CEO")), key)).toEqual([
      "plain",
      "steel",
    ]);
  });

  it("pages are bound to the related condition", async () => {
    const body = { where: condition("account.industry", "steel", "ne"), limit: 1 };
    const { body: first } = await related.send<PageView>("POST", "/v1/contacts/search", body);
    const cursor = first.page.nextCursor;
    const { body: second } = await related.send<PageView>("POST", "/v1/contacts/search", { ...body, cursor });
    expect(second.data[0]!.id).not.toBe(first.data[0]!.id);
    const other = { ...body, where: condition("account.industry", "glass", "ne"), cursor };
    expect(await related.send("POST", "/v1/contacts/search", other)).toMatchObject({
      status: 400,
      body: { code: "cursor.invalid" },
    });
  });

  it("GET /v1/{resource}/fields says what is related, as far as the caller sees it", async () => {
    type Fields = { related: { many: boolean; by: string; resource: string; fields: { name: string }[] }[] };
    const describedBy = async (resource: string, as?: TestCaller) =>
      (await related.send<Fields>("GET", `/v1/${resource}/fields`, undefined, as)).body.related;
    const ofContacts = await describedBy("contacts");
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
    const many = (await describedBy("accounts"))
      .filter((one) => one.many)
      .map(({ resource, by }) => `${resource} ${by}`);
    expect(many.sort()).toEqual([
      "accounts custom.partnerId",
      "accounts parentId",
      "contacts accountId",
      "interactions links",
      "tasks links",
    ]);
    const names = (await describedBy("contacts", clerk("customer.account", "industry"))).flatMap(({ fields }) =>
      fields.map(({ name }) => name),
    );
    expect(names).toContain("account.name");
    expect(names).not.toContain("account.industry");
  });

  describe("POST /v1/{resource}/views", () => {
    const save = (resource: string, where: object, as?: TestCaller) =>
      related.send<{ id: string; errors: object[] }>(
        "POST",
        `/v1/${resource}/views`,
        { name: "Related", where, visibility: "everyone" },
        as,
      );

    it("keeps related conditions, and is outdated for whom they are hidden from", async () => {
      const { status, body } = await save("contacts", condition("account.industry", "steel"));
      expect(status).toBe(201);
      const records = `/v1/contacts/views/${body.id}/records`;
      expect(related.wordsOf((await related.customer.list(records)).data)).toEqual(["wang"]);
      const outdated = await related.send("GET", records, undefined, clerk("customer.account", "industry"));
      expect(outdated).toMatchObject({
        status: 409,
        body: { code: "view.outdated", errors: [{ field: "where", message: "There is no field account.industry." }] },
      });
      const { body: below } = await save("accounts", any("contacts", condition("title", "CEO")));
      const hidden = await related.send(
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

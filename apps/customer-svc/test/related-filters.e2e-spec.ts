import { randomUUID } from "node:crypto";
import { any, clerk, condition, Related, type Refusal } from "./related.ts";

describe("conditions on related records", () => {
  let related: Related;

  beforeAll(async () => {
    related = await Related.plant();
  });
  afterAll(() => related.customer.close());

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
      expect(await related.found(resource, where)).toEqual(expected);
    });

    it("goes in a query string, too, and is counted", async () => {
      const { data } = await related.customer.list(
        "/v1/contacts?filter[account.industry][in]=steel,glass&filter[title]=CFO",
      );
      expect(related.wordsOf(data)).toEqual(["li"]);
      const { body } = await related.send<{ total: { count: number } }>(
        "GET",
        "/v1/contacts/aggregate?filter[account.industry]=steel",
      );
      expect(body.total.count).toBe(1);
    });

    it("A07 tells nothing of a record that is out of the caller's reach", async () => {
      const stranger = {
        ...related.owner,
        grants: { "customer.contact.read": "all", "customer.account.read": "own" },
      } as const;
      expect(await related.found("contacts", condition("account.industry", "steel"), stranger)).toEqual(["wang"]);
      expect(await related.found("contacts", condition("account.industry", "glass"), stranger)).toEqual([]);
      expect(await related.found("contacts", condition("account.industry", "glass", "ne"), stranger)).toHaveLength(5);
      expect(await related.found("contacts", condition("account.name", true, "isNull"), stranger)).toEqual([
        "chen",
        "li",
        "nobody",
        "zhao",
      ]);
    });

    it("A08 does not know what is hidden from the caller, nor anything without the permission", async () => {
      const industry = condition("account.industry", "steel");
      const hidden = await related.refused("contacts", industry, clerk("customer.account", "industry"));
      expect(hidden.code).toBe("filter.unknown-field");
      expect(hidden.allowed).toContain("account.name");
      expect(hidden.allowed).not.toContain("account.industry");
      expect((await related.refused("contacts", industry, clerk("customer.contact", "accountId"))).code).toBe(
        "filter.unknown-field",
      );
      const without = { id: randomUUID(), grants: { "customer.contact.read": "all" } } as const;
      expect((await related.refused("contacts", industry, without)).allowed).not.toContain("account.*");
    });

    it("names what there is where a field is not known, of related records when one is named", async () => {
      expect(await related.refused("contacts", condition("colour", "red"))).toMatchObject({
        code: "filter.unknown-field",
        detail: "There is no field colour to filter by.",
        allowed: expect.arrayContaining(["title", "account.*", "owner.*"]) as string[],
      });
      const { allowed } = await related.refused("contacts", condition("account.colour", "red"));
      expect(allowed).toContain("account.custom.region");
      expect(allowed!.every((name) => name.startsWith("account."))).toBe(true);
      expect((await related.refused("contacts", condition("account.parent.name", "x"))).code).toBe(
        "filter.unknown-field",
      );
      expect((await related.refused("contacts", condition("account.createdAt", "x"))).detail).toContain(
        "account.createdAt",
      );
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
      expect(await related.found(resource, where)).toEqual(expected);
    });

    it("A07 tells nothing of records that are out of the caller's reach", async () => {
      const narrow = {
        ...related.owner,
        grants: { "customer.account.read": "all", "customer.contact.read": "own" },
      } as const;
      expect(await related.found("accounts", any("contacts", condition("title", "CEO")), narrow)).toEqual(["steel"]);
      expect(await related.found("accounts", { not: any("contacts") }, narrow)).toEqual(["glass", "plain"]);
    });

    it("A08 does not know what is hidden from the caller, nor anything without the permission", async () => {
      const ceo = any("contacts", condition("title", "CEO"));
      expect((await related.refused("accounts", ceo, clerk("customer.contact", "title"))).code).toBe(
        "filter.unknown-field",
      );
      const byHidden = await related.refused("accounts", ceo, clerk("customer.contact", "accountId"));
      expect(byHidden).toMatchObject({
        code: "filter.unknown-relation",
        allowed: ["accounts", "interactions", "tasks"],
      });
      const without = { id: randomUUID(), grants: { "customer.account.read": "all" } } as const;
      expect(await related.refused("accounts", ceo, without)).toMatchObject({
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
      expect(await related.refused("accounts", where)).toMatchObject(refusal);
    });
  });
});

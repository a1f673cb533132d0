import { EVENTS } from "@kehu/contracts";
import { Account } from "./account.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");

const anAccount = (data: Partial<Account> = {}): Account =>
  Object.assign(new Account(), {
    id: "0199c1a0-0000-7000-8000-000000000001",
    version: 1,
    ownerId: null,
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    name: "华星科技",
    type: null,
    industry: null,
    website: null,
    parentId: null,
    ...data,
  });

describe("Account", () => {
  it("states what the contract says, and nothing else", () => {
    const { account } = EVENTS["customer.account.created"].example;
    expect(Object.keys(anAccount().state()).sort()).toEqual(Object.keys(account).sort());
  });

  describe("when something changes", () => {
    it("raises its version and reports one fact", () => {
      const account = anAccount();
      const events = account.update({ industry: "steel" }, NOW, new Map());
      expect(events).toMatchObject([
        { type: "customer.account.updated", version: 2, data: { account: { industry: "steel" } } },
      ]);
      expect(account.version).toBe(2);
    });

    it("reports nothing when everything is as before", () => {
      expect(anAccount({ industry: "steel" }).update({ industry: "steel" }, NOW, new Map())).toEqual([]);
    });
  });

  describe("when it gets a parent", () => {
    it("refuses to stand below itself", () => {
      const account = anAccount();
      const lineage = new Map([["p", account.id]]);
      expect(() => account.update({ parentId: "p" }, NOW, lineage)).toThrow(
        expect.objectContaining({ code: "account.parent-circle" }),
      );
    });

    it("refuses to stand deeper than ten levels", () => {
      const lineage = new Map(Array.from({ length: 9 }, (_, level) => [level ? `a${level}` : "p", `a${level + 1}`]));
      expect(() => anAccount().update({ parentId: "p" }, NOW, lineage)).toThrow(
        expect.objectContaining({ code: "account.too-deep" }),
      );
    });
  });

  describe("when it is imported", () => {
    it("asks for a name only when it is new", () => {
      const fresh = anAccount({ version: 0, name: null as unknown as string });
      expect(() => fresh.imported({ industry: "a" }, NOW, new Map())).toThrow(
        expect.objectContaining({ code: "request.invalid" }),
      );
      expect(anAccount().imported({ industry: "a" }, NOW, new Map())).toHaveLength(1);
    });
  });
});

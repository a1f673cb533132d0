import { NO_RULES, rowScope, type RequestContext } from "@kehu/auth";
import { partsFor } from "./caller-sql.ts";

const GRANTS = { "customer.account.read": "own" } as const;
const PLACE = { teamId: "7c1ef0c0-0000-4000-8000-000000000001", path: "a" };
const ACCOUNTS = { table: "account" };

const caller = (actorId: string, changes: Partial<RequestContext> = {}) =>
  ({ actorType: "user", actorId, grants: GRANTS, fieldRules: NO_RULES, place: PLACE, ...changes }) as RequestContext;

let made = 0;

const scopeFor = (who: RequestContext, use = "scope") =>
  partsFor(who, ACCOUNTS, use, (bind) => {
    made += 1;
    return { scope: rowScope(who, "customer.account.read", "t", bind) };
  });

describe("parts of statements for a caller", () => {
  it("are made once for all of his requests", () => {
    const first = scopeFor(caller("li"));
    const before = made;
    const second = scopeFor(caller("li"));
    expect(made).toBe(before);
    expect(second.sql).toEqual(first.sql);
    expect(second.values.list).toEqual(first.values.list);
  });

  it("come with values that a statement may add to, and no other sees it", () => {
    const one = scopeFor(caller("li"));
    const length = one.values.list.length;
    expect(one.values.bind("more")).toBe(`$${length + 1}`);
    expect(scopeFor(caller("li")).values.list).toHaveLength(length);
  });

  it.each([
    ["another person", caller("wang")],
    [
      "who has moved to another team",
      caller("li", { place: { teamId: "7c1ef0c0-0000-4000-8000-000000000002", path: "b" } }),
    ],
    ["for whom a field is closed", caller("li", { fieldRules: { "customer.account": { name: "hidden" } } })],
    ["who is a program", caller("li", { actorType: "api-key" })],
    ["who was granted more", caller("li", { grants: { "customer.account.read": "team" } })],
  ])("are not those of %s", (_, other) => {
    scopeFor(caller("li"));
    const before = made;
    const { values } = scopeFor(other);
    expect(made).toBe(before + 1);
    expect(values.list[0]).toBe(other.actorId);
  });

  it("are one text for all who reach alike", () => {
    expect(scopeFor(caller("li")).sql.scope).toBe(scopeFor(caller("zhao", { grants: { ...GRANTS } })).sql.scope);
  });
});

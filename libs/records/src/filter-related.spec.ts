import { Values } from "./caller-sql.ts";
import { fields, list, text } from "./fields.ts";
import { filterSql } from "./filter-sql.ts";
import { parseFilter } from "./filter.ts";
import type { Related, Side } from "./related.ts";

const DEAL = fields({ name: text("Name", "名称"), tags: list("Tags", "标签", { filterable: false }) });
const SETTINGS = { currency: "CNY", timeZone: "UTC", country: "CN", now: new Date("2026-11-26T16:00:00Z") };
const name = { field: "name", op: "eq", value: "x" } as const;
const nested = (levels: number): unknown => (levels === 1 ? name : { not: nested(levels - 1) });
const refusalOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("parseFilter with related records", () => {
  const side = (by: string): Side => ({
    type: "deal",
    resource: "deals",
    by,
    fields: DEAL,
    isOfPersons: false,
    from: "deal r",
    on: "r.of = t.id",
    reach: (bind) => `r.owner_id = ${bind("me")}`,
  });
  const RELATED: Related = {
    one: new Map([
      ["parent", side("parentId")],
      ["custom.parent", side("custom.parentId")],
    ]),
    many: new Map([
      ["deals", new Map([["parentId", side("parentId")]])],
      [
        "notes",
        new Map([
          ["dealId", side("dealId")],
          ["otherId", side("otherId")],
        ]),
      ],
    ]),
  };
  const parsed = (input: unknown) => parseFilter(DEAL, input, RELATED);

  it("keeps conditions on them, and says by what a record refers where that is the only way", () => {
    expect(parsed({ field: "custom.parent.name", value: "x" })).toEqual({ ...name, field: "custom.parent.name" });
    expect(parsed({ any: { resource: "deals", where: name } })).toEqual({
      any: { resource: "deals", by: "parentId", where: name },
    });
    expect(parsed({ any: { resource: "notes", by: "otherId" } })).toEqual({
      any: { resource: "notes", by: "otherId", where: { and: [] } },
    });
  });

  it("counts levels and conditions of inner trees", () => {
    const any = (where: unknown) => ({ any: { resource: "deals", where } });
    expect(parsed(any(nested(9)))).toMatchObject({ any: { by: "parentId" } });
    expect(refusalOf(() => parsed(any(nested(10))))).toMatchObject({ code: "filter.invalid" });
    expect(parsed(any({ or: Array(98).fill(name) }))).toMatchObject({ any: { by: "parentId" } });
    expect(refusalOf(() => parsed(any({ or: Array(99).fill(name) })))).toMatchObject({ code: "filter.invalid" });
  });

  it.each<[string, unknown, string, string[]]>([
    ["a field that the related record has not", { field: "parent.tags", value: "x" }, "filter.unknown-field", []],
    ["a path alone", { field: "parent", value: "x" }, "filter.unknown-field", ["name", "parent.*", "custom.parent.*"]],
    ["a name of every object", { field: "parent.toString", value: "x" }, "filter.unknown-field", ["parent.name"]],
    ["a path of every object", { field: "constructor.name", value: "x" }, "filter.unknown-field", ["parent.*"]],
    ["a resource of every object", { any: { resource: "toString" } }, "filter.unknown-relation", ["deals", "notes"]],
    ["two ways to choose from", { any: { resource: "notes" } }, "filter.unknown-relation", ["dealId", "otherId"]],
    ["a way that is none", { any: { resource: "deals", by: ["parentId"] } }, "filter.unknown-relation", ["parentId"]],
  ])("refuses %s", (_what, input, code, allowed) => {
    const refusal = refusalOf(() => parsed(input)) as { members: { allowed: string[] } };
    expect(refusal).toMatchObject({ status: 400, code });
    expect(refusal.members.allowed).toEqual(expect.arrayContaining(allowed));
    expect(refusal.members.allowed.length).toBeLessThan(40);
  });

  it("puts the scope into each condition on them, and what is negative outside of it", () => {
    const sql = (input: unknown) => {
      const values = new Values();
      return filterSql(DEAL, parsed(input), values.bind, SETTINGS, undefined, RELATED);
    };
    const exists = (condition: string) =>
      `EXISTS (SELECT 1 FROM deal r WHERE r.of = t.id AND r.deleted_at IS NULL AND (r.owner_id = $1) AND (${condition}))`;
    const inner = (condition: string) => exists(condition).replace("$1", "$2");
    expect(sql({ field: "parent.name", value: "x" })).toBe(inner("r.name = $1::text"));
    expect(sql({ field: "parent.name", op: "ne", value: "x" })).toBe(`(NOT ${inner("r.name = $1::text")})`);
    expect(sql({ field: "parent.name", op: "nin", value: ["x"] })).toBe(`(NOT ${inner("r.name = ANY($1::text[])")})`);
    expect(sql({ field: "parent.name", op: "isNull", value: true })).toBe(`(NOT ${exists("r.name IS NOT NULL")})`);
    expect(sql({ any: { resource: "deals", where: { not: name } } })).toBe(
      inner("(NOT (coalesce(r.name = $1::text, false)))"),
    );
  });
});

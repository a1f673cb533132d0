import { breakingChanges, type Schema } from "./schema-changes.ts";

const account = (change: Partial<Schema> = {}): Schema => ({
  type: "object",
  required: ["id"],
  properties: {
    id: { type: "string", format: "uuid" },
    type: { anyOf: [{ type: "string", enum: ["customer", "partner"] }, { type: "null" }] },
    tags: { type: "array", items: { type: "string" } },
  },
  ...change,
});
const withProperty = (name: string, schema: Schema) =>
  account({ properties: { ...account().properties, [name]: schema } });
const without = (name: string) =>
  account({ properties: Object.fromEntries(Object.entries(account().properties!).filter(([key]) => key !== name)) });

describe("breakingChanges", () => {
  it("lets fields be added", () => {
    expect(breakingChanges(account(), withProperty("name", { type: "string" }), "event")).toEqual([]);
  });

  it("lets words be added to a vocabulary", () => {
    const now = withProperty("type", {
      anyOf: [{ type: "string", enum: ["customer", "partner", "rival"] }, { type: "null" }],
    });
    expect(breakingChanges(account(), now, "event")).toEqual([]);
  });

  it.each<[string, Schema, string]>([
    ["a field removed", without("tags"), "tags: removed"],
    ["a field of another type", withProperty("tags", { type: "string" }), "tags: was array, is string"],
    [
      "items of another type",
      withProperty("tags", { type: "array", items: { type: "integer" } }),
      "tags[]: was string, is integer",
    ],
    ["another format", withProperty("id", { type: "string" }), "id: was string (uuid), is string"],
    ["null newly allowed", withProperty("id", { type: ["string", "null"], format: "uuid" }), "or null"],
    [
      "null no longer allowed",
      withProperty("type", { type: "string", enum: ["customer", "partner"] }),
      "type: was string or null, is string",
    ],
    [
      "a word removed",
      withProperty("type", { anyOf: [{ type: "string", enum: ["customer"] }, { type: "null" }] }),
      "type: no longer knows partner",
    ],
    ["a field newly required", account({ required: ["id", "type"] }), "type: newly required"],
    ["a field no longer sure", account({ required: [] }), "id: was always there, may be missing"],
  ])("refuses %s in an event", (_what, now, expected) => {
    expect(breakingChanges(account(), now, "event")).toEqual([expect.stringContaining(expected)]);
  });

  it("lets a response gain what is always there, and a request lose a demand", () => {
    expect(breakingChanges(account(), account({ required: ["id", "type"] }), "response")).toEqual([]);
    expect(breakingChanges(account(), account({ required: [] }), "request")).toEqual([]);
  });

  it("lets a request take more types, not fewer", () => {
    const more = withProperty("id", { type: ["string", "null"], format: "uuid" });
    expect(breakingChanges(account(), more, "request")).toEqual([]);
    expect(breakingChanges(more, account(), "request")).toEqual(["id: was string (uuid) or null, is string (uuid)"]);
  });

  it("follows references, also circular ones", () => {
    const node = (extra: Record<string, Schema>): Schema => ({
      type: "object",
      properties: { next: { $ref: "#node" }, ...extra },
    });
    const refs = { before: () => node({ name: { type: "string" } }), after: () => node({}) };
    expect(breakingChanges({ $ref: "#node" }, { $ref: "#node" }, "response", refs)).toEqual(["name: removed"]);
  });
});

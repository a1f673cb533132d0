import { NO_RULES, systemContext, type FieldRules, type RequestContext } from "@kehu/auth";
import type { ChangeRow } from "./change-table.ts";
import { Entries } from "./entries.ts";
import { followerOf } from "./reach.ts";

const ME = "0199c1a0-0000-7000-8000-00000000000a";
const SOMEBODY = "0199c1a0-0000-7000-8000-00000000000b";

function caller(more: Partial<RequestContext> = {}): RequestContext {
  const nobody = systemContext("", { id: "", correlationid: "", origin: "api" });
  const grants = { "sales.opportunity.read": "own", "sales.lead.read": "own" } as const;
  return { ...nobody, actorType: "user", actorId: ME, grants, fieldRules: NO_RULES, ...more };
}

const placeOf = (ownerId: string) => ({
  ownerId,
  ownerTeamId: null,
  ownerTeamPath: null,
  teamId: null,
  teamPath: null,
  collaborators: [],
});
const MINE = placeOf(ME);
const THEIRS = placeOf(SOMEBODY);

const row = (change: ChangeRow["change"], more: Partial<ChangeRow> = {}): ChangeRow => ({
  seq: 1,
  concept: "sales.opportunity",
  recordId: "0199c1a0-0000-7000-8000-000000000007",
  version: 1,
  change,
  fields: [],
  at: new Date(0),
  actorType: "user",
  actorId: ME,
  after: MINE,
  before: null,
  ...more,
});

function told(rows: readonly ChangeRow[], who = caller()) {
  const entries = new Entries(followerOf(who, null));
  rows.forEach((one, n) => entries.add({ ...one, seq: n + 1, version: n + 1 }));
  return entries.list();
}

describe("Entries", () => {
  const comes = row("updated", { before: THEIRS });
  const goes = row("updated", { before: MINE, after: THEIRS });

  it.each<[string, ChangeRow[], string]>([
    ["created and updated", [row("created"), row("updated")], "created"],
    ["updated twice", [row("updated"), row("updated")], "updated"],
    ["created and deleted", [row("created"), row("deleted")], "deleted"],
    ["deleted and restored", [row("deleted"), row("restored")], "restored"],
    ["deleted, restored and updated", [row("deleted"), row("restored"), row("updated")], "restored"],
    ["erased and updated", [row("erased"), row("updated")], "erased"],
    ["erased and deleted", [row("erased"), row("deleted")], "erased"],
    ["deleted and erased", [row("deleted"), row("erased")], "erased"],
    ["erased, deleted and restored", [row("erased"), row("deleted"), row("restored")], "erased"],
    ["erased and gone", [row("erased"), goes], "gone"],
    ["created and gone", [row("created"), goes], "gone"],
    ["gone and back", [goes, comes], "created"],
    ["come, updated and gone", [comes, row("updated"), goes], "gone"],
  ])("tells of a record that was %s as the last of it", (_, rows, change) => {
    expect(told(rows)).toMatchObject([{ change, version: rows.length }]);
  });

  it("joins the names of fields, and forgets them with what is gone or deleted", () => {
    const [name, stage] = [row("updated", { fields: ["name"] }), row("updated", { fields: ["stage", "name"] })];
    expect(told([name, stage])).toMatchObject([{ fields: ["name", "stage"] }]);
    expect(told([name, goes])).toMatchObject([{ fields: [], actor: null }]);
  });

  it("keeps the order of what happened last", () => {
    const other = { recordId: "0199c1a0-0000-7000-8000-000000000008" };
    expect(told([row("created"), row("created", other), row("updated")]).map(({ version }) => version)).toEqual([2, 3]);
  });

  it("takes no more records than there may be, and still what is of these", () => {
    const entries = new Entries(followerOf(caller(), null), 1);
    const other = { recordId: "0199c1a0-0000-7000-8000-000000000008" };
    expect([row("created"), row("updated"), row("created", other)].map((one) => entries.add(one))).toEqual([
      true,
      true,
      false,
    ]);
    expect(entries.add(row("updated", { ...other, after: THEIRS }))).toBe(true); // not his to see
  });

  it.each<[string, FieldRules, string[], string[] | null]>([
    ["what is hidden", { amount: "hidden" }, ["amount"], null],
    ["what shows a hidden field in another form", { amount: "hidden" }, ["baseAmount"], null],
    ["the same of a stage", { stage: "hidden" }, ["stageSince", "stageCategory", "probability"], ["probability"]],
    ["what the company has added", { custom: "hidden" }, ["custom.region", "name"], ["name"]],
    ["nothing that may be read", { amount: "read-only" }, ["amount"], ["amount"]],
    ["nothing by which records are reached", { ownerId: "hidden" }, ["ownerId"], ["ownerId"]],
  ] as never)("leaves out %s", (_, rules, fields, left) => {
    const who = caller({ fieldRules: { "sales.opportunity": rules as never } });
    expect(told([row("updated", { fields })], who).map((entry) => entry.fields)).toEqual(left ? [left] : []);
  });

  it("tells keys of no change of what is encrypted", () => {
    const lead = row("updated", { concept: "sales.lead", fields: ["email", "phone"] });
    expect(told([lead])).toHaveLength(1);
    expect(told([lead], caller({ actorType: "api-key" }))).toEqual([]);
  });

  it("tells nothing of kinds that the caller may not read", () => {
    expect(told([row("created", { concept: "customer.account" })])).toEqual([]);
  });
});

import { day, fields, integer, longText, money, text } from "./fields.ts";
import { afterSql, orderBySql, parseSort, stretchesOf } from "./sort.ts";
import { Values } from "./caller-sql.ts";

const DEAL = fields({
  name: text("Name", "名称", { required: true }),
  amount: money("Amount", "金额"),
  closedOn: day("Closed on", "关闭日期"),
  rank: integer("Rank", "名次", { neverNull: true }),
  note: longText("Note", "备注"),
  email: text("E-mail", "电子邮件", { personal: true }),
});
const SORTABLE = ["id", "name", "amount", "closedOn", "rank", "createdAt", "updatedAt", "version"];

const keysOf = (...keys: string[]) =>
  parseSort(DEAL, keys).map(({ name, descending }) => (descending ? "-" : "") + name);
const placed = (keys: string[]) => stretchesOf("deal", parseSort(DEAL, keys))[0]!.keys;
const orderOf = (...keys: string[]) => orderBySql(placed(keys));
const afterOf = (keys: string[], place: unknown[]) => {
  const values = new Values();
  return { sql: afterSql(placed(keys), place, values.bind), values: values.list };
};

describe("parseSort", () => {
  it("puts the id last, in the direction of the key before it, unless it is asked for", () => {
    expect(keysOf("-amount", "name")).toEqual(["-amount", "name", "id"]);
    expect(keysOf("name", "-amount")).toEqual(["name", "-amount", "-id"]);
    expect(keysOf()).toEqual(["id"]);
    expect(keysOf("-id")).toEqual(["-id"]);
  });

  it.each(["nothing", "note", "ownerId", "externalIds", "amount_minor", "toString", "", "-", "--name", "name DESC"])(
    "refuses %j and lists the fields that there are",
    (key) => {
      expect(() => parseSort(DEAL, ["name", key])).toThrow(
        expect.objectContaining({ status: 400, code: "sort.unknown-field", members: { allowed: SORTABLE } }),
      );
    },
  );

  it("says of an encrypted field why it refuses it", () => {
    expect(() => parseSort(DEAL, ["-email"])).toThrow(
      expect.objectContaining({ status: 400, code: "field.encrypted", members: { allowed: SORTABLE } }),
    );
  });

  it("takes five keys and no more", () => {
    const five = ["name", "amount", "closedOn", "rank", "version"];
    expect(keysOf(...five)).toEqual([...five, "id"]);
    expect(() => parseSort(DEAL, [...five, "createdAt"])).toThrow(
      expect.objectContaining({ status: 400, code: "sort.too-many" }),
    );
  });
});

describe("orderBySql", () => {
  it("puts empty values last in both directions, and says so only where it changes something", () => {
    expect(orderOf("amount", "-closedOn", "-rank")).toBe(
      "t.amount_minor, t.closed_on DESC NULLS LAST, t.rank DESC, t.id DESC",
    );
    expect(orderOf("-name")).toBe("t.name DESC, t.id DESC");
  });
});

describe("afterSql", () => {
  it("compares whole rows where no column is ever empty and all have one direction", () => {
    expect(afterOf(["-rank"], ["7", "b"])).toEqual({
      sql: "(t.rank, t.id) < ($1::bigint, $2::uuid)",
      values: ["7", "b"],
    });
    expect(afterOf(["name", "rank"], ["x", "7", "b"]).sql).toBe(
      "(t.name, t.rank, t.id) > ($1::text, $2::bigint, $3::uuid)",
    );
  });

  it("compares key by key where directions differ", () => {
    expect(afterOf(["name", "-rank"], ["x", "7", "b"]).sql).toBe(
      "((t.name > $1::text) OR (t.name = $1::text AND t.rank < $2::bigint) OR " +
        "(t.name = $1::text AND t.rank = $2::bigint AND t.id < $3::uuid))",
    );
  });

  it("takes the empty ones to come after a value, in either direction", () => {
    expect(afterOf(["-amount"], ["5", "b"]).sql).toBe(
      "(((t.amount_minor < $1::bigint OR t.amount_minor IS NULL)) OR (t.amount_minor = $1::bigint AND t.id < $2::uuid))",
    );
    expect(afterOf(["amount"], ["5", "b"]).sql).toBe(
      "(((t.amount_minor > $1::bigint OR t.amount_minor IS NULL)) OR (t.amount_minor = $1::bigint AND t.id > $2::uuid))",
    );
  });

  it("takes only further empty ones to come after an empty one", () => {
    expect(afterOf(["closedOn"], [null, "b"])).toEqual({
      sql: "((false) OR (t.closed_on IS NULL AND t.id > $1::uuid))",
      values: ["b"],
    });
  });
});

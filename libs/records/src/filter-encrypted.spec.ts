import { ADDRESS_PARTS, email, fields, phone } from "./fields.ts";
import { filterSql, type Token } from "./filter-sql.ts";
import { parseFilter } from "./filter.ts";
import { Values } from "./caller-sql.ts";

const PERSON = fields({ email: email(), phone: phone({ shown: false }), ...ADDRESS_PARTS });
const SETTINGS = { currency: "JPY", timeZone: "Asia/Tokyo", country: "JP", now: new Date() };

const sqlOf = (input: unknown) => {
  const values = new Values();
  const token: Token = (kind, value) => `${kind}:${value}`;
  const sql = filterSql(PERSON, parseFilter(PERSON, input), values.bind, SETTINGS, token);
  return { sql, values: values.list };
};

describe("filterSql of an encrypted field", () => {
  it.each<[string, string, unknown, string, unknown[]]>([
    ["email", "eq", " A@B.example", "t.blind_index && $1::text[]", [["email:a@b.example"]]],
    ["email", "isNull", "true", "NOT t.blind_index && ARRAY['email']", []],
    ["email", "isNull", false, "t.blind_index && ARRAY['email']", []],
    ["phone", "in", "03-3224-9999,2", "t.blind_index && $1::text[]", [["phone:+81332249999", "phone:2"]]],
    ["emailDomain", "eq", "B.Example", "t.blind_index && $1::text[]", [["emailDomain:b.example"]]],
    [
      "phoneEnding",
      "in",
      "322-4999,+81332249999",
      "t.blind_index && $1::text[]",
      [["phoneEnding:3224999", "phoneEnding:2249999"]],
    ],
  ])("compares tokens: %s %s %j", (field, op, value, sql, values) => {
    expect(sqlOf({ field, op, value })).toEqual({ sql: `(${sql})`, values });
  });

  it.each([
    ["email", "", "a value; an empty one is found by isNull"],
    ["phoneEnding", "123456", "the last seven digits of a phone number"],
  ])("refuses %s = %j and names the field", (field, value, expected) => {
    const errors = [{ field, code: "filter.invalid-value", message: `Expected: ${expected}.` }];
    expect(() => sqlOf({ field, value })).toThrow(expect.objectContaining({ status: 400, members: { errors } }));
  });
});

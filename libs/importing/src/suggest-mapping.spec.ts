import type { TableField } from "./field.ts";
import { suggestMapping } from "./suggest-mapping.ts";

const field = (name: string, en: string, zh: string): TableField => ({ name, kind: "text", label: { en, zh } });
const FIELDS = [
  field("name", "Name", "名称"),
  field("email", "E-mail", "电子邮件"),
  field("phone", "Phone", "电话"),
  field("ownerId", "Owner", "负责人"),
  field("annualRevenue", "Annual revenue", "年收入"),
  field("createdAt", "Created", "创建时间"),
  field("description", "Description", "描述"),
];
const suggested = (...columns: string[]) =>
  suggestMapping(columns, FIELDS).map(({ column, field: to, confidence }) => `${column} -> ${to} ${confidence}`);

describe("the mapping that is suggested", () => {
  it.each([
    ["annualRevenue", "annualRevenue exact"],
    ["Annual revenue", "annualRevenue exact"],
    ["年收入", "annualRevenue exact"],
    ["ANNUAL_REVENUE", "annualRevenue likely"],
    ["annual-revenue", "annualRevenue likely"],
    ["E-Mail", "email likely"],
    ["email", "email exact"],
    ["Ｅmail", "email likely"],
    ["邮箱", "email likely"],
    ["公司名称", "name likely"],
    ["客户名称", "name likely"],
    ["手机", "phone likely"],
    ["Account Owner", "ownerId likely"],
    ["Created Time", "createdAt likely"],
    ["备注", "description likely"],
  ])("for %s is %s", (column, to) => {
    expect(suggested(column)).toEqual([`${column} -> ${to}`]);
  });

  it("is none for what nobody knows, for what objects have by themselves, and for mere marks", () => {
    expect(suggested("Shoe size", "constructor", "__proto__", "toString", "---", "")).toEqual([]);
  });

  it("gives a field to the column that fits best, wherever it stands, and to one column only", () => {
    expect(suggested("mail", "公司", "E-mail", "Company", "name")).toEqual([
      "E-mail -> email exact",
      "name -> name exact",
    ]);
    expect(suggested("Company", "公司")).toEqual(["Company -> name likely"]);
  });

  it("depends on nothing but columns and fields", () => {
    const columns = ["Company", "手机", "Owner name", "Created On", "x"];
    expect(suggested(...columns)).toEqual(suggested(...columns));
    expect(suggested(...columns)).toHaveLength(4);
  });
});

import { anOwner, eventually, everything, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type PageView } from "./customer.ts";

describe("GET /v1/contacts?q=", () => {
  let customer: Customer;
  const ids: Record<string, string> = {};
  const people = [
    ["wang", { firstName: "伟", lastName: "王" }, ["wang.wei@huaxing.example", "+8613800138000"]],
    ["nana", { firstName: "娜娜", lastName: "欧阳" }, ["nana@huaxing.example", "+8613800138001"]],
    ["mail", { lastName: "wang.wei@huaxing.example" }, ["other@a.example"]],
    ["becki", { firstName: "Becki", lastName: "Tucker" }, ["becki@dayrep.example", "+18052478982"]],
    ["percent", { lastName: "100%_x" }, []],
    ["number", { lastName: "13800138000" }, []],
  ] as const;

  beforeAll(async () => {
    customer = await startCustomer();
    await publish(customer.database, "identity.settings.created", { id: randomUUID(), country: "CN" });
    await eventually(async () => {
      const { rows } = await customer.database.admin.query("SELECT country FROM customer.settings_copy");
      expect(rows).toEqual([{ country: "CN" }]);
    });
    for (const [key, name, reached] of people) {
      const contactPoints = reached.map((value) => ({ kind: value.includes("@") ? "email" : "phone", value }));
      ids[key] = (await customer.create("contacts", { ...name, contactPoints })).id;
    }
    // The settings are read at most once a second.
    await eventually(async () => expect(await found("13800138001")).toEqual(["nana"]));
  });
  afterAll(() => customer.close());

  const ask = (q: string, as: TestCaller = customer.admin, more = "") =>
    customer.list(`/v1/contacts?q=${encodeURIComponent(q)}&count=exact&sort=createdAt${more}`, as);
  const found = async (q: string, as?: TestCaller, more?: string) => {
    const { data, page } = await ask(q, as, more);
    expect(page.total).toBe(data.length);
    return data.map(({ id }) => Object.keys(ids).find((key) => ids[key] === id));
  };

  it.each([
    ["王伟", ["wang"]],
    ["伟 王", ["wang"]],
    ["王　伟", ["wang"]],
    ["王", ["wang"]],
    ["阳娜", ["nana"]],
    ["ｂｅｃｋｉ", ["becki"]],
    ["１００％", ["percent"]],
    ["tucker becki", ["becki"]],
    ["beckitucker", ["becki"]],
    ["becki wei", []],
    ["欧阳", ["nana"]],
    ["阳欧", []],
    ["tucker", ["becki"]],
    ["BECKI TUCK", ["becki"]],
    ["0%_", ["percent"]],
    ["%", ["percent"]],
    ["' OR true --", []],
  ])("%s finds by name: %j", async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  it.each([
    ["nana@huaxing.example", ["nana"]],
    [" Nana@HuaXing.EXAMPLE ", ["nana"]],
    ["nana＠huaxing.example", ["nana"]],
    ["Ｎａｎａ＠ｈｕａｘｉｎｇ．ｅｘａｍｐｌｅ", ["nana"]],
    ["+86 138 0013 8001", ["nana"]],
    ["(+86) 138-0013-8001", ["nana"]],
    ["（＋８６）138－0013－8001", ["nana"]],
    ["138 0013 8001 ext. 12", ["nana"]],
    ["13800138001x12", ["nana"]],
    ["+86-138-0013-8001", ["nana"]],
    ["１３８００１３８００１", ["nana"]],
    ["0086 138 0013 8001", ["nana"]],
    ["+1 (805) 247-8982", ["becki"]],
    ["wang.wei@huaxing.example", ["wang", "mail"]],
    ["13800138000", ["wang", "number"]],
  ])("%s finds exactly who has that address or number, and who is called so: %j", async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  it.each([
    ["nana@", []],
    ["nana@huaxing", []],
    ["na@huaxing.example", []],
    ["@huaxing.example", ["mail"]],
    ["huaxing.example", ["mail"]],
    ["00138000", ["number"]],
    ["3800138001", []],
    ["李四 13800138001", []],
    ["13800138001王伟", []],
    ["nana13800138001@huaxing.example", []],
  ])("%s, no whole address or number by itself, finds nobody by it, only who is called so: %j", async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  it("reads a number without a country code as one of the company's country", async () => {
    expect(await found("805 247 8982")).toEqual([]);
  });

  it("A07 stays within scope and filters", async () => {
    expect(await found("王伟", anOwner())).toEqual([]);
    expect(await found("nana@huaxing.example", anOwner())).toEqual([]);
    expect(await found("huaxing", undefined, "&filter[lastName]=x")).toEqual([]);
    expect(await found("娜", undefined, `&filter[lastName]=${encodeURIComponent("欧阳")}`)).toEqual(["nana"]);
  });

  it("does the same by POST /v1/contacts/search, which leaves no address in a URL", async () => {
    const search = (body: object) =>
      customer.service.request<PageView>(customer.admin, "POST", "/v1/contacts/search", { body });
    const idsOf = async (body: object) => (await search(body)).body.data.map(({ id }) => id);
    expect(await idsOf({ q: "Nana@huaxing.example" })).toEqual([ids["nana"]]);
    expect(await idsOf({ q: "王伟", where: { field: "lastName", value: "王" } })).toEqual([ids["wang"]]);
    expect(await idsOf({ q: "王伟", where: { field: "lastName", value: "李" } })).toEqual([]);
    const refused = { status: 400, body: { code: "query.invalid" } };
    expect(await search({ q: " " })).toMatchObject(refused);
    expect(await search({ q: "a b c d e f g h i j k" })).toMatchObject(refused);
  });

  it("A08 finds nobody by what is hidden from the caller", async () => {
    const as = (...fields: string[]): TestCaller => ({
      id: randomUUID(),
      grants: everything("all"),
      fieldRules: { "customer.contact": Object.fromEntries(fields.map((field) => [field, "hidden"])) },
    });
    const noPoints = as("contactPoints");
    expect(await found("nana@huaxing.example", noPoints)).toEqual([]);
    expect(await found("wang.wei@huaxing.example", noPoints)).toEqual(["mail"]);
    expect(await found("+86 138 0013 8000", noPoints)).toEqual([]);
    expect(await found("13800138000", noPoints)).toEqual(["number"]);
    expect(await found("王伟", noPoints)).toEqual(["wang"]);
    const noName = as("firstName");
    expect(await found("王伟", noName)).toEqual([]);
    expect(await found("王", noName)).toEqual([]);
    expect(await found("nana@huaxing.example", noName)).toEqual(["nana"]);
    const nothing = as("lastName", "contactPoints");
    const path = "/v1/contacts?q=x";
    expect(await customer.service.request(nothing, "GET", path)).toMatchObject({
      status: 400,
      body: { code: "query.invalid", allowed: expect.not.arrayContaining(["q"]) as string[] },
    });
  });

  it("pages, and takes no cursor of another search", async () => {
    const first = await customer.list("/v1/contacts?q=e&limit=1&sort=createdAt");
    const cursor = encodeURIComponent(first.page.nextCursor!);
    const next = await customer.list(`/v1/contacts?q=e&limit=1&sort=createdAt&cursor=${cursor}`);
    expect([...first.data, ...next.data].map(({ id }) => id)).toEqual([ids["mail"], ids["becki"]]);
    const other = `/v1/contacts?q=b&limit=1&sort=createdAt&cursor=${cursor}`;
    expect(await customer.service.request(customer.admin, "GET", other)).toMatchObject({
      status: 400,
      body: { code: "cursor.invalid" },
    });
  });

  it("puts who has exactly that address before who is called somehow like it", async () => {
    ids["like"] = (await customer.create("contacts", { lastName: "no nana@huaxing.example" })).id;
    const { data } = await customer.list("/v1/contacts?q=nana@huaxing.example");
    expect(data.map(({ id }) => id)).toEqual([ids["nana"], ids["like"]]);
    await customer.service.request(customer.admin, "DELETE", `/v1/contacts/${ids["like"]}`);
  });

  it("finds nobody who was erased", async () => {
    const contactPoints = [{ kind: "email", value: "gone@a.example" }];
    ids["gone"] = (await customer.create("contacts", { firstName: "远", lastName: "高", contactPoints })).id;
    expect([await found("高远"), await found("gone@a.example")]).toEqual([["gone"], ["gone"]]);
    const path = `/v1/contacts/${ids["gone"]}/erase`;
    expect((await customer.service.request(customer.admin, "POST", path)).status).toBe(204);
    expect([await found("高远"), await found("gone@a.example")]).toEqual([[], []]);
  });

  it.each(["q=%20", "q=%E3%80%80", "q=", `q=${"x".repeat(201)}`, "q=a&q=b"])("refuses %s", async (query) => {
    expect(await customer.service.request(customer.admin, "GET", `/v1/contacts?${query}`)).toMatchObject({
      status: 400,
      body: { code: "query.invalid" },
    });
  });
});

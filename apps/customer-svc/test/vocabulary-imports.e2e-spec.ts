import { eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { counts, Importing } from "./importing.ts";

const label = (en: string, zh = en) => ({ en, zh });
const CHOICES = [
  { value: "metal", label: label("Old steel", "钢铁"), color: null, retired: true },
  { value: "steel", label: label("Steel works", "钢铁"), color: null, retired: false },
  { value: "solar", label: label("Solar power", "太阳能"), color: null, retired: false },
];

let importing: Importing;
let before: string;

async function tell(name: string): Promise<void> {
  const vocabulary = { id: randomUUID(), name, label: label(name), choices: CHOICES };
  await publish(importing.customer.database, "identity.vocabulary.created", vocabulary);
}

beforeAll(async () => {
  importing = await Importing.start();
  const { customer } = importing;
  ({ id: before } = await customer.create("accounts", {
    name: "Old",
    industry: "Forestry & co",
    externalIds: [{ system: "erp", id: "9" }],
  }));
  await tell("industry");
  await tell("tag");
  await eventually(async () => {
    const { body } = await importing.ask<{ data: { options: object[] | null }[] }>("GET", "accounts/fields");
    expect(body.data.filter(({ options }) => options !== null)).toHaveLength(2);
  });
  const field = { name: "trade", type: "choice", label: label("Trade"), vocabulary: "industry" };
  expect((await importing.ask("POST", "accounts/fields", field)).status).toBe(201);
});
afterAll(() => importing.customer.close());

describe("POST /v1/accounts/imports, of what follows a vocabulary", () => {
  const columns = { Name: "name", Industry: "industry", Trade: "custom.trade", Tags: "tags" };

  it("reads a value or a label in any language and case, and fails the row of what is unknown", async () => {
    const file = [
      "Name;Industry;Trade;Tags",
      "A;steel;STEEL WORKS;Steel Works",
      'B;SOLAR POWER;太阳能;"solar;钢铁"',
      "C;钢铁;old steel;",
      "D;forestry;;",
      "E;;forestry;",
      "F;;;steel;forestry".replace("steel;forestry", '"steel;forestry"'),
    ].join("\n");
    const done = await importing.run("accounts", file, { mapping: columns });
    expect(counts(done)).toEqual([6, 3, 0, 0, 3]);
    const made = await importing.list("accounts?sort=name&filter[name][in]=A,B,C");
    expect(made.map(({ industry, custom, tags }) => [industry, custom, tags])).toEqual([
      ["steel", { trade: "steel" }, ["steel"]],
      ["solar", { trade: "solar" }, ["solar", "steel"]],
      ["steel", { trade: "metal" }, []],
    ]);
    const refused = (line: number, field: string) => ({
      line,
      outcome: "failed",
      errors: [{ field, code: "vocabulary.unknown" }],
    });
    expect(await importing.rows("accounts", done, "&outcome=failed")).toMatchObject([
      refused(5, "industry"),
      refused(6, "custom.trade"),
      refused(7, "tags"),
    ]);
  });

  it("looked at, says how many cells do not fit", async () => {
    const { body } = await importing.upload("accounts", "Name,Industry\nA,steel\nB,forestry\nC,太阳能");
    const { found } = await importing.rested("accounts", body.id);
    expect(found!.profile.columns[1]).toMatchObject({ column: "Industry", bad: 1 });
  });

  it("brings back unchanged what a record has from before", async () => {
    const file = "No,Industry,Website\n9,Forestry & co,https://kehu.example";
    const mapping = { No: "externalIds.erp", Industry: "industry", Website: "website" };
    expect(counts(await importing.run("accounts", file, { mode: "upsert", mapping }))).toEqual([1, 0, 1, 0, 0]);
    expect(await importing.customer.get(`/v1/accounts/${before}`)).toMatchObject({
      industry: "Forestry & co",
      website: "https://kehu.example",
    });
  });
});

it("takes blank cells that empty tags, and keeps the choices of a hidden field to itself", async () => {
  const externalIds = [{ system: "erp", id: "c1" }];
  const { id } = await importing.customer.create("accounts", { name: "Tagged", tags: ["steel"], externalIds });
  const mapping = { ERP: "externalIds.erp", Tags: "tags" };
  const done = await importing.run("accounts", "ERP,Tags\nc1,", { mode: "update", mapping, emptyClears: true });
  expect(counts(done)).toEqual([1, 0, 1, 0, 0]);
  expect((await importing.customer.get(`/v1/accounts/${id}`))["tags"]).toEqual([]);
  const fieldRules = { "customer.account": { "custom.trade": "hidden" } } as const;
  const blind = { ...importing.customer.admin, fieldRules };
  const options = { dryRun: true, mapping: { Name: "name", R: "custom.trade" } };
  const asked = await importing.run("accounts", "Name,R\nA,zzz", options, blind);
  expect(asked).toMatchObject({ status: "failed", error: { code: "import.unknown-target" } });
});

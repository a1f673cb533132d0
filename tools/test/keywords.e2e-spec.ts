import { SERVICES } from "@kehu/database";
import { namesOf, type Resource } from "@kehu/records";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Values } from "../../libs/records/src/caller-sql.ts";
import { filterSql } from "../../libs/records/src/filter-sql.ts";
import { findsManySql, parseKeywords, rankedSql, searchFilter } from "../../libs/records/src/keyword-search.ts";
import type { OpenApi } from "../openapi-operations.ts";
import { resourcesOf } from "./declared.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Lists that no `q` searches, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  consents:
    "an entry of the ledger: ids, choices, and codes of forms and laws, which filters find; its proof is encrypted",
  suppressions: "an entry of the ledger: ids, choices, and the code of where it came from, which filters find",
  "audit-entries": "no records, but what happened to them: found by who, what and when",
};

const OPTIONS = { currency: "CNY", timeZone: "UTC", country: "CN", now: new Date() };
const ROWS = 25_000;
/** On an empty table the server would do anything. */
const NOTHING_ELSE = "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off";

const partsOf = (resource: Resource, text: string, byIndex = true) => {
  const values = new Values();
  const q = parseKeywords(resource.fields, resource.keywords!, text);
  const wanted = filterSql(resource.fields, searchFilter(q, byIndex), values.bind, OPTIONS, () => "token");
  return { values, q, condition: `t.deleted_at IS NULL AND (${wanted})` };
};

const planOf = async (
  database: TestDatabase,
  schema: string,
  sql: string,
  values: readonly unknown[],
  settings = "",
) => {
  const client = await database.admin.connect();
  try {
    await client.query(`BEGIN; SET LOCAL search_path = ${schema}; ${settings}`);
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`EXPLAIN ${sql}`, [...values]);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
};

describe("q", () => {
  it("is taken by every list of records but a few, with the fields that a record is called by", () => {
    const lists = globSync("apps/*/openapi.json", { cwd: ROOT }).flatMap((file) => {
      const { paths } = JSON.parse(readFileSync(join(ROOT, file), "utf8")) as OpenApi;
      return Object.entries(paths).flatMap(([path, { get }]) => {
        const names = get?.parameters.map(({ name }) => name) ?? [];
        const [, name] = /^\/v1\/([a-z-]+)$/.exec(path) ?? [];
        return name && names.includes("cursor") ? [{ name, q: names.includes("q"), called: get!["x-called-by"] }] : [];
      });
    });
    expect(lists.length).toBeGreaterThan(15);
    const without = lists.filter(({ q, called }) => !q || !called?.length).map(({ name }) => name);
    expect(without.sort()).toEqual(Object.keys(WITHOUT).sort());
  });

  describe.each(SERVICES.map(({ folder, schema }) => [schema, folder] as const))("in %s", (schema, folder) => {
    let database: TestDatabase;

    beforeAll(async () => {
      database = await testDatabase(schema);
    });
    afterAll(() => database.close());

    it("has an index over what each resource is found by", async () => {
      for (const resource of (await resourcesOf(folder)).filter(({ keywords }) => keywords)) {
        const { values, condition } = partsOf(resource, "华星 abc");
        const sql = `SELECT FROM ${resource.table} t WHERE ${condition.replace("t.deleted_at IS NULL AND ", "")}`;
        const plan = await planOf(database, schema, sql, values.list, NOTHING_ELSE);
        expect({ resource: resource.name, plan }).toEqual({
          resource: resource.name,
          plan: expect.stringContaining(`${resource.table}_keywords`) as string,
        });
      }
    });

    it("searches no encrypted field", async () => {
      for (const { keywords = [], fields, name } of await resourcesOf(folder)) {
        const personal = keywords.flatMap(namesOf).filter((field) => fields[field]!.personal);
        expect({ name, personal }).toEqual({ name, personal: [] });
      }
    });
  });

  describe(`among ${ROWS} accounts and contacts`, () => {
    let database: TestDatabase;
    let resources: Resource[];

    beforeAll(async () => {
      database = await testDatabase("customer");
      resources = await resourcesOf("customer-svc");
      const columns = "id, version, created_at, updated_at, external_ids";
      const values = "gen_random_uuid(), 1, now() - n * interval '1 s', now(), '[]'";
      await database.admin.query(`SET search_path = customer;
        INSERT INTO account (${columns}, name, website)
          SELECT ${values}, chr(19968 + n % 500) || chr(20500 + n / 40) || '科技 Company ' || n, 'https://' || md5(n::text) || '.example'
          FROM generate_series(1, ${ROWS}) n;
        INSERT INTO contact (${columns}, person_id, last_name, first_name, blind_index)
          SELECT ${values}, gen_random_uuid(), chr(19968 + n % 500), chr(20500 + n / 40), '{}' FROM generate_series(1, ${ROWS}) n;
        ANALYZE account; ANALYZE contact`);
    });
    afterAll(() => database.close());

    const resource = (name: string) => resources.find((one) => one.name === name)!;

    it.each([
      ["accounts", "一倀"],
      ["accounts", "company 17777"],
      ["accounts", "a3f0c1"],
      ["contacts", "倀一"],
      ["contacts", "nobody@example.com"],
    ])("reads no table whole for few: %s by %s", async (name, text) => {
      const { table } = resource(name);
      for (const ranked of [false, true]) {
        const { values, q, condition } = partsOf(resource(name), text);
        const parts = ranked && rankedSql(resource(name), q, condition, false, values.bind, OPTIONS, () => "token");
        const sql = parts
          ? `${parts.found} SELECT t.id, t.q_rank FROM ${parts.from} t ORDER BY t.q_rank, t.created_at DESC, t.id DESC LIMIT 51`
          : findsManySql(table, condition);
        const plan = await planOf(database, "customer", sql, values.list);
        expect(plan).toContain(`${table}_keywords`);
        expect(plan).not.toContain("Seq Scan");
      }
    });

    it("sorts nothing for many: they are read in the list's own order", async () => {
      const { values, condition } = partsOf(resource("accounts"), "科技", false);
      const sql = `SELECT t.id FROM account t WHERE ${condition} ORDER BY t.created_at DESC, t.id DESC LIMIT 51`;
      const plan = await planOf(database, "customer", sql, values.list);
      expect(plan).toContain("account_created");
      expect(plan).not.toMatch(/Sort|Seq Scan/);
    });
  });
});

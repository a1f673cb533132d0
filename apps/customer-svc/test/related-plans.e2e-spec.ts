import type { RequestContext } from "@kehu/auth";
import { CustomFields, filterSql, parseFilter, Relations, Values, type Resource } from "@kehu/records";
import { rowScope } from "@kehu/auth";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import { ACCOUNTS } from "../src/accounts/accounts.resource.ts";
import { CONTACTS } from "../src/contacts/contacts.resource.ts";
import { INTERACTIONS } from "../src/interactions/interactions.resource.ts";

const ROWS = 100_000;
/** Rows that a statement may look at for a page of 50: far from all, and enough for what is found. */
const MOST_LOOKED_AT = 2_000;
const FILL_MS = 240_000;
const OPTIONS = { currency: "CNY", timeZone: "UTC", country: "CN", now: new Date("2026-11-26T12:00:00Z") };
const OWNER = "0199c1a0-0000-7000-8000-0000000000aa";
const RESOURCES: Readonly<Record<string, Resource>> = {
  accounts: ACCOUNTS as Resource,
  contacts: CONTACTS as Resource,
  interactions: INTERACTIONS as Resource,
};

type Reach = "all" | "own";
const caller = (reach: Reach): RequestContext =>
  ({
    actorType: "user",
    actorId: OWNER,
    sessionId: null,
    requestId: "plan",
    origin: "api",
    permission: "customer.account.read",
    grants: Object.fromEntries(Object.values(RESOURCES).map(({ permissions }) => [permissions.read, reach])),
    fieldRules: {},
    place: null,
    ifMatch: null,
    idempotency: null,
  }) as RequestContext;

/** A node of a plan that was run. */
interface Node {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Plan Rows": number;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  Plans?: Node[];
}

/** @returns how many rows all scans of tables have looked at */
function lookedAt(node: Node): number {
  const { Plans = [], ...own } = node;
  const removed = (own["Rows Removed by Filter"] ?? 0) + (own["Rows Removed by Index Recheck"] ?? 0);
  const rows = own["Relation Name"] ? (own["Actual Rows"] + removed) * own["Actual Loops"] : 0;
  return rows + Plans.map(lookedAt).reduce((sum, one) => sum + one, 0);
}

/** The scans of a plan, for whoever looks why a test is red. */
const scansOf = (node: Node): string[] => [
  `${node["Node Type"]} ${node["Relation Name"] ?? ""} ${node["Index Name"] ?? ""} ${node["Actual Rows"]} x ${node["Actual Loops"]}, ${node["Plan Rows"]} expected`,
  ...(node.Plans ?? []).flatMap(scansOf),
];

const condition = (field: string, value: unknown, op = "eq") => ({ field, op, value });
const any = (resource: string, where: object, by?: string) => ({ any: { resource, where, ...(by && { by }) } });

describe(`related conditions among ${ROWS} accounts, contacts and interactions`, () => {
  let database: TestDatabase;
  let relations: Relations;
  let custom: CustomFields;

  beforeAll(async () => {
    database = await testDatabase("customer");
    custom = new CustomFields(database.open("customer"));
    relations = new Relations(custom);
    for (const resource of Object.values(RESOURCES)) {
      custom.register(resource);
      relations.register(resource);
    }
    const columns = "id, version, owner_id, created_at, updated_at, external_ids";
    const id = (kind: number, n: string) => `('0199c1a0-000${kind}-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
    const values = (kind: number) =>
      `${id(kind, "n")}, 1, CASE WHEN n % 5000 = 0 THEN '${OWNER}'::uuid END, now() - n * interval '1 s', now(), '[]'`;
    const field = (resource: string, name: string, type: string, target = "NULL") =>
      `(gen_random_uuid(), 1, NULL, now(), now(), NULL, '[]', '${resource}', '${name}', '${type}', '{"en":"x","zh":"x"}', false, true, true, NULL, ${target})`;
    const several = (kind: number, key: string, value: string) =>
      `INSERT INTO custom_value SELECT ${id(kind, "n")}, '${key}', 0, ${value} FROM generate_series(1, ${ROWS}) n;`;
    await database.admin.query(`SET search_path = customer;
      DROP INDEX account_keywords, contact_keywords, interaction_keywords;
      INSERT INTO custom_field VALUES ${field("accounts", "region", "text")}, ${field("contacts", "badge", "text")},
        ${field("accounts", "partnerId", "reference", "'account'")};
      INSERT INTO account (${columns}, name) SELECT ${values(1)}, 'Company ' || n FROM generate_series(1, ${ROWS}) n;
      UPDATE account SET parent_id = ${id(1, "777")} WHERE name LIKE 'Company 1%7';
      INSERT INTO contact (${columns}, person_id, last_name, account_id, blind_index)
        SELECT ${values(2)}, gen_random_uuid(), 'Wang ' || n, ${id(1, `1 + (n * 7) % ${ROWS}`)}, ARRAY['email', 'token ' || n, 'domain ' || n % 1000]
        FROM generate_series(1, ${ROWS}) n;
      INSERT INTO interaction (${columns}, kind, occurred_at, links)
        SELECT ${values(3)}, 'call', '2026-11-26T12:00:00Z'::timestamptz - n * interval '1 hour',
          jsonb_build_array(jsonb_build_object('type', 'account', 'id', ${id(1, "n")})) FROM generate_series(1, ${ROWS}) n;
      ${several(1, "accounts.region", "'Region ' || n / 10")}
      ${several(1, "accounts.partnerId", `${id(1, `1 + (n * 3) % ${ROWS}`)}::text`)}
      ${several(2, "contacts.badge", "'Badge ' || n")}
      ANALYZE account; ANALYZE contact; ANALYZE interaction; ANALYZE interaction_link; ANALYZE custom_value`);
  }, FILL_MS);
  afterAll(() => database.close());

  async function planOf(name: string, where: object, reach: Reach): Promise<Node> {
    const who = caller(reach);
    const resource = await custom.of(RESOURCES[name]!);
    const related = await relations.of(resource, who);
    const values = new Values();
    const scope = rowScope(who, resource.permissions.read, "t", values.bind);
    const filter = parseFilter(resource.fields, where, related);
    const wanted = filterSql(resource.fields, filter, values.bind, OPTIONS, () => "token 777", related);
    const sql = `SELECT t.id FROM ${resource.table} t WHERE t.deleted_at IS NULL AND (${wanted}) AND (${scope})
      ORDER BY t.created_at DESC, t.id DESC LIMIT 51`;
    const client = await database.admin.connect();
    try {
      await client.query("BEGIN; SET LOCAL search_path = customer; SET LOCAL jit = off");
      const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: Node }] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
        values.list,
      );
      return rows[0]!["QUERY PLAN"][0].Plan;
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  }

  it.each<[string, object, Reach]>([
    ["contacts", condition("account.name", "Company 777"), "all"],
    ["contacts", condition("account.name", ["Company 777", "Company 888"], "in"), "all"],
    ["contacts", condition("account.ownerId", OWNER), "all"],
    ["contacts", condition("account.custom.region", "Region 77"), "all"],
    ["contacts", condition("account.name", "Company 777", "ne"), "all"],
    ["contacts", { not: condition("account.custom.region", "Region 77") }, "all"],
    ["contacts", { and: [condition("account.name", "Company 777"), condition("title", true, "isNull")] }, "all"],
    ["accounts", condition("parent.name", "Company 777"), "all"],
    ["accounts", condition("custom.partner.name", "Company 777"), "all"],
    ["accounts", any("contacts", condition("email", "wang@example.com")), "all"],
    ["accounts", any("contacts", condition("custom.badge", "Badge 777")), "all"],
    ["accounts", any("contacts", condition("ownerId", OWNER)), "all"],
    ["accounts", any("accounts", condition("name", "Company 777"), "custom.partnerId"), "all"],
    ["accounts", any("interactions", condition("occurredAt", "today")), "all"],
    ["accounts", any("interactions", condition("ownerId", OWNER)), "all"],
    ["contacts", condition("account.name", false, "isNull"), "own"],
    ["accounts", any("contacts", { and: [] }), "own"],
  ])("reads no table whole: %s where %j, with the scope %s", async (name, where, reach) => {
    const plan = await planOf(name, where, reach);
    expect(lookedAt(plan) < MOST_LOOKED_AT ? "few rows" : scansOf(plan)).toBe("few rows");
  });
});

import { rowScope, type RequestContext } from "@kehu/auth";
import { CustomFields, filterSql, parseFilter, Relations, Values } from "@kehu/records";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import { resourcesOf } from "./declared.ts";
import { FILL, OWNER, ROWS } from "./related-rows.ts";

/** Rows that a statement may look at for a page of 50: far from all, and enough for what is found. */
const MOST_LOOKED_AT = 2_000;
const FILL_MS = 240_000;
const OPTIONS = { currency: "CNY", timeZone: "UTC", country: "CN", now: new Date("2026-11-26T12:00:00Z") };

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

/** The nodes of a plan, for whoever looks why a test is red. */
const nodesOf = (node: Node): string[] => [
  `${node["Node Type"]} ${node["Relation Name"] ?? ""} ${node["Index Name"] ?? ""} ${node["Actual Rows"]} x ${node["Actual Loops"]}, ${node["Plan Rows"]} expected`,
  ...(node.Plans ?? []).flatMap(nodesOf),
];

const condition = (field: string, value: unknown, op = "eq") => ({ field, op, value });
const any = (resource: string, where: object, by?: string) => ({ any: { resource, where, ...(by && { by }) } });

type Case = readonly [resource: string, where: object, reach: "all" | "own"];
const CASES: Readonly<Record<keyof typeof FILL, readonly Case[]>> = {
  customer: [
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
  ],
  sales: [
    ["opportunities", condition("account.name", "Company 777"), "all"],
    ["opportunities", condition("account.ownerId", OWNER), "all"],
    ["opportunities", any("leads", condition("email", "wang@example.com"), "convertedOpportunityId"), "all"],
    ["opportunities", any("leads", condition("ownerId", OWNER), "convertedOpportunityId"), "all"],
    ["leads", condition("convertedOpportunity.ownerId", OWNER), "all"],
    ["opportunities", any("leads", { and: [] }, "convertedOpportunityId"), "own"],
  ],
};

describe.each(["customer", "sales"] as const)(
  `related conditions among ${ROWS} records of each kind in %s`,
  (schema) => {
    let database: TestDatabase;
    let relations: Relations;
    let custom: CustomFields;
    let resources: Awaited<ReturnType<typeof resourcesOf>>;

    beforeAll(async () => {
      database = await testDatabase(schema);
      custom = new CustomFields(database.open(schema));
      relations = new Relations(custom);
      resources = await resourcesOf(`${schema}-svc`);
      for (const resource of resources) {
        custom.register(resource);
        relations.register(resource);
      }
      await database.admin.query(FILL[schema]);
    }, FILL_MS);
    afterAll(() => database.close());

    const callerWith = (reach: "all" | "own") => {
      const grants = Object.fromEntries(
        [...resources.map(({ permissions }) => permissions.read), "customer.account.read"].map((one) => [one, reach]),
      );
      return { actorType: "user", actorId: OWNER, grants, fieldRules: {}, place: null } as unknown as RequestContext;
    };

    async function planOf([name, where, reach]: Case): Promise<Node> {
      const who = callerWith(reach);
      const resource = await custom.of(resources.find((one) => one.name === name)!);
      const related = await relations.of(resource, who);
      const values = new Values();
      const filter = parseFilter(resource.fields, where, related);
      const wanted = filterSql(resource.fields, filter, values.bind, OPTIONS, () => "token 780", related);
      const scope = rowScope(who, resource.permissions.read, "t", values.bind);
      const client = await database.admin.connect();
      try {
        await client.query(`BEGIN; SET LOCAL search_path = ${schema}`);
        const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: Node }] }>(
          `EXPLAIN (ANALYZE, FORMAT JSON) SELECT t.id FROM ${resource.table} t
         WHERE t.deleted_at IS NULL AND (${wanted}) AND (${scope}) ORDER BY t.created_at DESC, t.id DESC LIMIT 51`,
          values.list,
        );
        return rows[0]!["QUERY PLAN"][0].Plan;
      } finally {
        await client.query("ROLLBACK");
        client.release();
      }
    }

    it.each(CASES[schema])("reads no table whole: %s where %j, with the scope %s", async (...one) => {
      const plan = await planOf(one);
      expect(lookedAt(plan) < MOST_LOOKED_AT ? "few rows" : nodesOf(plan)).toBe("few rows");
    });
  },
);

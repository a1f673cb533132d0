import { eventually } from "@kehu/testing";
import { System } from "./access/system.ts";

const START_MS = 240_000;
const LEADS = 400;
const RULE = { concept: "sales.lead", condition: "untouched", months: 12 };
const PATH = "/v1/operations/sales/retention";

describe("retention rules in the whole system", () => {
  let system: System;
  let token: string;

  beforeAll(async () => {
    system = await System.start();
    token = (await system.signIn()).accessToken;
  }, START_MS);
  afterAll(() => system.stop(), START_MS);

  const must = <B>(method: string, path: string, body?: object) =>
    system.must(method, path, token, body) as unknown as Promise<B>;
  const erased = async () => {
    const [row] = await system.rows<{ n: number }>(
      "SELECT count(*)::int AS n FROM sales.outbox WHERE type = 'sales.lead.erased'",
    );
    return row!.n;
  };

  it("go on after a kill -9 where they were, erase each once, and every service and the audit trail hear of it", async () => {
    const operations = Array.from({ length: LEADS }, () => ({
      op: "create",
      data: { lastName: "Harbinskow", email: "h@a.example" },
    }));
    await must("POST", "/v1/leads/bulk", { origin: "import", operations });
    await system.rows("UPDATE sales.lead SET updated_at = now() - interval '13 months'");
    expect(await must(`GET`, `${PATH}?concept=sales.lead&condition=untouched&months=12`)).toEqual({
      data: [{ ...RULE, persons: LEADS }],
    });
    await must("PATCH", "/v1/settings", { retention: [RULE] });
    await eventually(async () => expect(await must("GET", PATH)).toEqual({ data: [{ ...RULE, persons: LEADS }] }));

    const cut = system.ask("POST", PATH, token).catch(() => null);
    await eventually(async () => expect(await erased()).toBeGreaterThan(0));
    system.kill("sales");
    await cut;
    const before = await erased();
    expect(before).toBeLessThan(LEADS);
    expect(before % 50).toBe(0);

    await eventually(async () => {
      const { status, body } = await system.ask("POST", PATH, token);
      expect({ status, body }).toMatchObject({ status: 200, body: { remaining: 0 } });
    }, 60_000);
    expect(await system.rows("SELECT DISTINCT last_name, email FROM sales.lead")).toEqual([
      { last_name: "(erased)", email: null },
    ]);
    expect(await erased()).toBe(LEADS);
    const once = "SELECT count(DISTINCT key)::int AS n FROM sales.outbox WHERE type = 'sales.lead.erased'";
    expect(await system.rows(once)).toEqual([{ n: LEADS }]);
    await eventually(async () => {
      expect(await system.rows("SELECT DISTINCT name FROM marketing.lead_copy")).toEqual([{ name: "(erased)" }]);
      expect(
        await system.rows(
          `SELECT count(*)::int AS entries, count(DISTINCT record_id)::int AS records, min(actor_type) AS type, min(actor_id) AS id
           FROM identity.audit_entry WHERE action = 'sales.lead.erased'`,
        ),
      ).toEqual([{ entries: LEADS, records: LEADS, type: "system", id: "retention" }]);
    }, 60_000);
  }, 180_000);
});

import { eventually } from "@kehu/testing";
import { System } from "./access/system.ts";

const START_MS = 240_000;
const ACCOUNTS = 400;
const PATH = "/v1/operations/customer/purge";

describe("the purge in the whole system", () => {
  let system: System;
  let token: string;

  beforeAll(async () => {
    system = await System.start();
    token = (await system.signIn()).accessToken;
  }, START_MS);
  afterAll(() => system.stop(), START_MS);

  const must = <B>(method: string, path: string, body?: object) =>
    system.must(method, path, token, body) as unknown as Promise<B>;
  const purged = async () => {
    const [row] = await system.rows<{ n: number }>(
      "SELECT count(*)::int AS n FROM customer.outbox WHERE type = 'customer.account.purged'",
    );
    return row!.n;
  };

  it("goes on after a kill -9, tells each end once, and copies, facts and the audit trail hear of it", async () => {
    const operations = Array.from({ length: ACCOUNTS }, (_, n) => ({
      op: "create",
      data: { name: `Harbinskow ${n}` },
    }));
    const { results } = await must<{ results: { id: string }[] }>("POST", "/v1/accounts/bulk", { operations });
    const accountId = results[0]!.id;
    const deal = await must<{ id: string }>("POST", "/v1/opportunities", { name: "Deal", accountId });
    await system.rows("UPDATE customer.account SET deleted_at = now() - interval '31 days'");
    expect(await must("GET", `${PATH}?days=30`)).toMatchObject({
      data: expect.arrayContaining([{ concept: "customer.account", due: ACCOUNTS, referredTo: 0 }]),
    });
    await must("PATCH", "/v1/settings", { purgeDeletedAfterDays: 30 });
    await eventually(async () => expect(await must("GET", PATH)).toMatchObject({ days: 30 }));

    const cut = system.ask("POST", PATH, token).catch(() => null);
    await eventually(async () => expect(await purged()).toBeGreaterThan(0));
    system.kill("customer");
    await cut;
    const before = await purged();
    expect(before % 50).toBe(0);
    expect((await system.rows("SELECT FROM customer.account")).length).toBe(ACCOUNTS - before);
    await eventually(async () => {
      const { status, body } = await system.ask("POST", PATH, token);
      expect({ status, body }).toMatchObject({ status: 200, body: { remaining: 0 } });
    }, 60_000);

    expect(await system.rows("SELECT FROM customer.account")).toEqual([]);
    const once = "SELECT count(DISTINCT key)::int AS n FROM customer.outbox WHERE type = 'customer.account.purged'";
    expect([await purged(), await system.rows(once)]).toEqual([ACCOUNTS, [{ n: ACCOUNTS }]]);
    await eventually(async () => {
      for (const schema of ["sales", "service_desk"])
        expect(await system.rows(`SELECT DISTINCT name, external_ids FROM ${schema}.account_copy`)).toEqual([
          { name: "", external_ids: [] },
        ]);
      expect(
        await system.rows(
          `SELECT count(DISTINCT record_id)::int AS records, min(actor_type) AS type, max(actor_id) AS id, bool_and(changed = '{}') AS bare
           FROM identity.audit_entry WHERE action = 'customer.account.purged'`,
        ),
      ).toEqual([{ records: ACCOUNTS, type: "system", id: "purge", bare: true }]);
      expect(
        await system.rows(
          "SELECT DISTINCT deleted, industry FROM analytics.fact_blue WHERE concept = 'customer.account'",
        ),
      ).toEqual([{ deleted: true, industry: null }]);
    }, 60_000);

    const { status, said } = system.command("tools/orphans.ts");
    expect({ status, said }).toEqual({
      status: 1,
      said: [
        "sales  opportunities.accountId  0 missing, 1 deleted",
        `  ${deal.id} -> account ${accountId} (deleted)`,
        "1 ids lead nowhere.",
        "",
      ].join("\n"),
    });
    await must("DELETE", `/v1/opportunities/${deal.id}`);
    expect(system.command("tools/orphans.ts", "sales")).toEqual({ status: 0, said: "0 ids lead nowhere.\n" });
  }, 180_000);
});

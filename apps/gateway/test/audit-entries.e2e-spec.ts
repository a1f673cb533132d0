import { parse } from "csv-parse/sync";
import { randomUUID } from "node:crypto";
import { asked, entriesOf } from "./audit-trail.ts";
import { ROLES, System } from "./system.ts";
import { writeEntries } from "./tampering.ts";

interface Entry {
  id: string;
  at: string;
  action: string;
  outcome: string;
  actor: { type: string; id: string; name: string | null } | null;
  record: { type: string; id: string } | null;
  [field: string]: unknown;
}

interface List {
  data: Entry[];
  page: { nextCursor: string | null; hasMore: boolean };
}

const NEWER = "INSERT INTO identity.audit_entry (action, outcome) VALUES ('sales.lead.updated', 'done')";

describe("the entries of the audit trail", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
    await writeEntries(system.database, 2_500);
  });
  afterAll(() => system.close());

  const get = <B = List>(path: string, token = system.token) => system.gateway.request<B>("GET", path, { token });
  const list = async (query: string) => (await get(`/v1/audit-entries?${query}`)).body;
  /** What an export gives, parsed; all values are texts. */
  const exported = async (query: string) => {
    const { body, headers } = await get<string>(`/v1/audit-entries/export?${query}`);
    const rows = parse<Record<string, string>>(body, { columns: true, bom: true });
    return { headers, body, rows };
  };

  describe("GET /v1/audit-entries", () => {
    it("lists them newest first, page by page, while more come", async () => {
      const query = "action=sales.lead.updated&limit=200";
      const seen: Entry[] = [];
      let cursor = "";
      do {
        const { data, page } = await list(`${query}${cursor}`);
        seen.push(...data);
        if (seen.length === 400) await system.database.admin.query(NEWER);
        cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : "";
      } while (cursor);
      expect(seen).toHaveLength(2_500);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(2_500);
      const times = seen.map(({ at }) => at);
      expect(times).toEqual([...times].sort().reverse());
    });

    it("shows who it was with his name, what was asked, and what changed", async () => {
      const { body: me } = await get<{ id: string; name: string }>("/v1/me");
      const { requestId } = await asked(system, "GET", `/v1/users/${randomUUID()}`, { token: system.token });
      const { data } = await list(`requestId=${requestId}`);
      expect(data).toEqual([
        {
          id: expect.stringMatching(/^\d+$/),
          at: expect.any(String),
          recordedAt: expect.any(String),
          action: "identity.request.refused",
          outcome: "denied",
          actor: { type: "user", id: me.id, name: me.name },
          sessionId: expect.any(String),
          address: "127.0.0.1",
          requestId,
          method: "GET",
          path: "/v1/users/{id}",
          status: 404,
          code: "not-found",
          record: { type: "user", id: expect.any(String) },
          version: null,
          changed: null,
          eventId: null,
        },
      ]);
    });

    it("takes each filter, and all of them together", async () => {
      const [one] = (
        await list("action=sales.lead.updated&outcome=denied&from=2026-01-01T00:10:00Z&to=2026-01-01T00:20:00Z&limit=1")
      ).data;
      expect(one).toMatchObject({ outcome: "denied", at: expect.stringMatching(/^2026-01-01T00:19:/) });
      const { id, actor, record, requestId } = one!;
      for (const query of [
        `actorId=${actor!.id}`,
        `recordId=${record!.id.toUpperCase()}`,
        `requestId=${requestId as string}`,
        `actorId=${actor!.id}&recordType=lead&recordId=${record!.id}&outcome=denied&from=2026-01-01&to=2026-01-02`,
      ])
        expect((await list(query)).data.map((entry) => entry.id)).toEqual([id]);
      for (const query of [
        `actorId=${actor!.id}&outcome=done`,
        `actorId=${actor!.id}&to=2026-01-01`,
        "recordType=nothing",
      ])
        expect((await list(query)).data).toEqual([]);
      expect((await list("outcome=failed&limit=200")).data.map(({ outcome }) => outcome)).toEqual(
        Array(200).fill("failed"),
      );
    });

    it.each([
      ["actor=1", "query.invalid"],
      ["filter[actorId]=1", "query.invalid"],
      ["outcome=refused", "query.invalid"],
      ["from=yesterday", "query.invalid"],
      ["to=2026-02-30", "query.invalid"],
      ["actorId=", "query.invalid"],
      ["limit=0", "query.invalid"],
      ["cursor=a.b", "cursor.invalid"],
    ])("refuses %s", async (query, code) => {
      expect(await get(`/v1/audit-entries?${query}`)).toMatchObject({ status: 400, body: { code } });
    });

    it("refuses a cursor of another filter", async () => {
      const { page } = await list("outcome=done&limit=1");
      const other = await get(`/v1/audit-entries?outcome=failed&limit=1&cursor=${page.nextCursor}`);
      expect(other).toMatchObject({ status: 400, body: { code: "cursor.invalid" } });
    });

    it("is for administrators, and for whom they let", async () => {
      const manager = await system.user([ROLES.manager]);
      const reader = await system.user([ROLES.readOnly]);
      for (const { accessToken } of [manager, reader]) {
        for (const path of ["/v1/audit-entries", "/v1/audit-entries/export"])
          expect((await get(path, accessToken)).status).toBe(403);
      }
      const grants = { "identity.audit.read": "all" };
      const { body: role } = await system.send<{ id: string }>("POST", "/v1/roles", { name: "Auditor", grants });
      const auditor = await system.user([role.id]);
      expect((await get("/v1/audit-entries", auditor.accessToken)).status).toBe(200);
      expect((await get("/v1/audit-entries/export", auditor.accessToken)).status).toBe(403);
      const narrow = { name: "Own", grants: { "identity.audit.read": "own" } };
      expect((await system.send("POST", "/v1/roles", narrow)).status).toBe(422);
    });
  });

  describe("GET /v1/audit-entries/export", () => {
    it("A42 of 200 at once gives some, tells the others when to come again, and keeps nobody else waiting", async () => {
      const [greedy, other] = [await system.user([ROLES.administrator]), await system.user()];
      const path = "/v1/audit-entries/export?action=sales.lead.updated&to=2020-01-01";
      const asked = Array.from({ length: 200 }, () =>
        system.gateway.request<{ code?: string }>("GET", path, { token: greedy.accessToken }),
      );
      const [mine] = await Promise.all([
        system.gateway.request("GET", "/v1/me", { token: other.accessToken }),
        ...asked,
      ]);
      const answers = await Promise.all(asked);
      expect(mine.status).toBe(200);
      const refused = answers.filter(({ status }) => status !== 200);
      expect(refused.length).toBeLessThan(200);
      expect(refused.length).toBeGreaterThan(40);
      for (const { status, body, headers } of refused) {
        expect({ status, code: body.code }).toEqual({ status: 429, code: "rate.limited" });
        expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      }
    });

    it("gives all that are chosen as CSV, and is an entry itself", async () => {
      const { headers, rows } = await exported("action=sales.lead.updated&to=2026-01-02");
      expect(headers.get("content-type")).toMatch(/^text\/csv/);
      expect(headers.get("content-disposition")).toBe('attachment; filename="audit-entries.csv"');
      const { rows: stored } = await system.database.admin.query<{ id: string }>(
        "SELECT id FROM identity.audit_entry WHERE action = 'sales.lead.updated' AND at < '2026-01-02' ORDER BY at DESC, id DESC",
      );
      expect(rows.map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
      expect(rows[0]).toMatchObject({ recordType: "lead", changed: "名称 name", at: expect.stringMatching(/Z$/) });
      const [newest] = (await list("limit=1")).data;
      expect(newest).toMatchObject({ action: "identity.audit.exported", outcome: "done", address: "127.0.0.1" });
      expect(newest!.actor).toMatchObject({ type: "user" });
    });

    it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])("puts an apostrophe before %j", async (name) => {
      const actorId = randomUUID();
      await system.database.admin.query(
        "INSERT INTO identity.audit_entry (action, outcome, actor_type, actor_id, code) VALUES ('x', 'done', 'system', $1, $2)",
        [actorId, `${name}"`],
      );
      const { rows } = await exported(`actorId=${actorId}`);
      expect(rows.map(({ code }) => code)).toEqual([`'${name}"`]);
    });

    it("refuses what it does not take, and gives nothing where it cannot be entered", async () => {
      expect(await get("/v1/audit-entries/export?limit=1")).toMatchObject({ status: 400 });
      const role = `${system.database.adminUrl.split("/").at(-1)}_identity`;
      await system.database.admin.query(`REVOKE INSERT ON identity.audit_entry FROM ${role}`);
      const answer = await asked(system, "GET", "/v1/audit-entries/export", { token: system.token });
      await system.database.admin.query(`GRANT INSERT ON identity.audit_entry TO ${role}`);
      expect(answer.status).toBe(500);
      expect(JSON.stringify(answer.body)).not.toContain("sales.lead");
      expect(await entriesOf(system.database, answer.requestId)).toEqual([]);
    });
  });
});

import { Clock } from "@kehu/records";
import { openTable, type TableRow } from "@kehu/importing";
import { eventually, everything, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get as httpGet } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCustomer, type Customer } from "./customer.ts";

interface ExportView {
  id: string;
  status: string;
  fields: string[];
  rows: number;
  bytes: number;
  url: string | null;
  expiresAt: string | null;
  error: { code: string } | null;
}

const TEAM = { teamId: randomUUID(), path: "e" };
const li: TestCaller = { id: randomUUID(), grants: everything("team"), place: TEAM };
const wang: TestCaller = { id: randomUUID(), grants: everything("team"), place: TEAM };

describe("exports", () => {
  let customer: Customer;
  let folder: string;

  const send = <B = ExportView>(who: TestCaller, method: string, path: string, body?: object, headers = {}) =>
    customer.service.request<B>(who, method, path, { body, headers });
  const ask = async (resource: string, body: object, who = customer.admin): Promise<string> => {
    const answer = await send(who, "POST", `/v1/${resource}/exports`, { format: "csv", ...body });
    expect(answer).toMatchObject({ status: 202, body: { status: "queued" } });
    return answer.body.id;
  };
  const ended = (resource: string, id: string, who = customer.admin, status = "completed") =>
    eventually(async () => {
      const { body } = await send(who, "GET", `/v1/${resource}/exports/${id}`);
      expect(body).toMatchObject({ status });
      return body;
    }, 30_000);
  const made = async (resource: string, body: object, who = customer.admin) =>
    ended(resource, await ask(resource, body, who), who);
  const fetchFile = (path: string, who: TestCaller) =>
    fetch(customer.service.url + path, { headers: { authorization: `Bearer ${customer.service.tokenOf(who)}` } });
  const refusal = async (path: string, who: TestCaller) => {
    const answer = await fetchFile(path, who);
    const { code } = (await answer.json()) as { code: string };
    return `${answer.status} ${code}`;
  };
  /** Fetches and reads a file as an import does: rows by the names of their columns. */
  const rowsOf = async ({ url }: ExportView, who = customer.admin): Promise<Record<string, string>[]> => {
    const answer = await fetchFile(url!, who);
    expect(answer.status).toBe(200);
    const path = join(folder, randomUUID());
    await writeFile(path, Buffer.from(await answer.arrayBuffer()));
    const table = await openTable(path);
    const rows: TableRow[] = [];
    for await (const row of table.rows()) rows.push(row);
    return rows.map(({ cells }) => Object.fromEntries(table.columns.map((name, n) => [name, cells![n]!])));
  };
  const exported = async (resource: string, body: object, who = customer.admin) =>
    rowsOf(await made(resource, body, who), who);
  const admin = (sql: string, values: unknown[] = []) =>
    customer.database.admin.query<Record<string, unknown>>(sql, values);

  beforeAll(async () => {
    customer = await startCustomer();
    folder = await mkdtemp(join(tmpdir(), "kehu-"));
    for (const who of [li, wang])
      await publish(
        customer.database,
        "identity.user.updated",
        { id: who.id, name: who === li ? "Li" : "Wang", teamId: TEAM.teamId, teamPath: TEAM.path },
        1,
      );
    await eventually(async () => {
      const { rows } = await admin("SELECT FROM customer.user_copy");
      expect(rows).toHaveLength(2);
    });
  });
  afterAll(async () => {
    await customer.close();
    await rm(folder, { recursive: true });
  });

  describe("POST /v1/:resource/exports", () => {
    it.each([
      [{ format: "csv", fields: ["colour"] }, 400, "fields.unknown"],
      [{ format: "csv", fields: ["emailDomain"] }, 400, "fields.unknown"],
      [{ format: "csv", fields: [] }, 400, "fields.unknown"],
      [{ format: "csv", where: { field: "colour", value: 1 } }, 400, "filter.unknown-field"],
      [{ format: "csv", where: { field: "createdAt", op: "gte", value: "soon" } }, 400, "filter.invalid-value"],
      [{ format: "csv", sort: ["colour"] }, 400, "sort.unknown-field"],
      [{ format: "csv", q: " " }, 400, "query.invalid"],
      [{ format: "pdf" }, 422, "request.invalid"],
      [{}, 422, "request.invalid"],
    ])("A33 refuses %j at once", async (body, status, code) => {
      const answer = await send<{ code: string }>(customer.admin, "POST", "/v1/contacts/exports", body);
      expect(answer).toMatchObject({ status, body: { code } });
    });

    it("needs the permission to export, and the one to read", async () => {
      for (const permission of ["customer.account.export", "customer.account.read"]) {
        const { [permission]: _, ...grants } = everything("all");
        const answer = await send({ ...customer.admin, grants }, "POST", "/v1/accounts/exports", { format: "csv" });
        expect(answer).toMatchObject({ status: 403, body: { code: "permission.denied" } });
      }
    });

    it("makes one export for one Idempotency-Key", async () => {
      const headers = { "idempotency-key": randomUUID() };
      const post = () => send(customer.admin, "POST", "/v1/tasks/exports", { format: "csv" }, headers);
      const [first, second] = [await post(), await post()];
      expect(second.body).toEqual(first.body);
      const { body } = await send<{ data: ExportView[] }>(customer.admin, "GET", "/v1/tasks/exports");
      expect(body.data.map(({ id }) => id)).toEqual([first.body.id]);
    });

    it("takes twenty that are not fetched, and no more", async () => {
      const somebody: TestCaller = { id: randomUUID(), grants: everything("own") };
      for (let n = 0; n < 20; n++) await ask("tasks", {}, somebody);
      const answer = await send(somebody, "POST", "/v1/tasks/exports", { format: "csv" });
      expect(answer).toMatchObject({ status: 409, body: { code: "export.too-many" } });
    });
  });

  describe("the file", () => {
    const TEXT = '=HYPERLINK("x")';

    beforeAll(async () => {
      await customer.create("accounts", {
        name: '华星, "科技"\n二部',
        industry: TEXT,
        website: "007.example",
        tags: ["a", "b"],
      });
      await customer.import("accounts", [
        { op: "create", data: { name: "Huaxing", externalIds: [{ system: "zoho", id: "0007" }] } },
      ]);
    });

    it.each(["csv", "xlsx"])(
      "A32 of %s reads back as it was: Chinese, line breaks, zeros, no formulas",
      async (format) => {
        const rows = await exported("accounts", {
          format,
          sort: ["createdAt"],
          fields: ["name", "industry", "website", "tags", "externalIds"],
        });
        expect(rows).toEqual([
          { name: '华星, "科技"\n二部', industry: TEXT, website: "007.example", tags: "a; b", "externalIds.zoho": "" },
          { name: "Huaxing", industry: "", website: "", tags: "", "externalIds.zoho": "0007" },
        ]);
      },
    );

    it("A32 holds no cell that a spreadsheet runs", async () => {
      const { url } = await made("accounts", { fields: ["industry"] });
      expect(await (await fetchFile(url!, customer.admin)).text()).toContain(`"'=HYPERLINK`);
    });

    it("has the fields of the company, and names beside references", async () => {
      await send(customer.admin, "POST", "/v1/tasks/fields", {
        name: "budget",
        type: "money",
        label: { en: "Budget", zh: "预算" },
      });
      await customer.create(
        "tasks",
        { subject: "call", custom: { budget: { amount: "1234567.89", currency: "USD" } } },
        li,
      );
      const [row] = await exported("tasks", { fields: ["subject", "custom", "ownerId"] }, li);
      expect(row).toEqual({ subject: "call", "custom.budget": "USD 1234567.89", ownerId: li.id, ownerName: "Li" });
    });

    it("is called after its resource, and is kept nowhere on the way", async () => {
      const { url, bytes } = await made("accounts", { fields: ["name"] });
      const { headers } = await fetchFile(url!, customer.admin);
      expect(headers.get("content-disposition")).toMatch(
        /^attachment; filename="accounts-\d{4}-\d\d-\d\d.csv"; filename\*=UTF-8''accounts-/,
      );
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
      expect(headers.get("content-length")).toBe(String(bytes));
    });

    it("is encrypted where it lies, and so is what was asked for", async () => {
      await customer.create("contacts", { lastName: "Zqmarker" });
      const { id } = await made("contacts", { where: { field: "lastName", value: "Zqmarker" } });
      const { rows } = await admin(
        `SELECT to_jsonb(j)::text || (SELECT string_agg(encode(sealed, 'escape'), '') FROM customer.export_chunk WHERE export_id = j.id)
           AS text FROM customer.export_job j WHERE id = $1`,
        [id],
      );
      expect(rows).toHaveLength(1);
      expect(String(rows[0]!["text"]).length).toBeGreaterThan(500);
      expect(rows[0]!["text"]).not.toContain("Zqmarker");
    });
  });

  describe("what is in it", () => {
    beforeAll(async () => {
      await customer.create("interactions", { kind: "note", occurredAt: new Date(), subject: "of li" }, li);
      await customer.create("interactions", { kind: "note", occurredAt: new Date(), subject: "of wang" }, wang);
      await customer.create("interactions", { kind: "note", occurredAt: new Date(), subject: "of another" });
    });
    const subjects = async (who: TestCaller, body: object = {}) =>
      (await exported("interactions", { fields: ["subject"], ...body }, who)).map(({ subject }) => subject).sort();
    const scoped = (read: string, taken: string): TestCaller => ({
      ...li,
      grants: {
        ...li.grants,
        "customer.interaction.read": read,
        "customer.interaction.export": taken,
      } as TestCaller["grants"],
    });

    it.each([
      ["all", "own", ["of li"]],
      ["own", "all", ["of li"]],
      ["team", "all", ["of li", "of wang"]],
      ["all", "team", ["of li", "of wang"]],
      ["all", "all", ["of another", "of li", "of wang"]],
    ])("A33 is what both scopes allow: read %s and export %s give %j", async (read, taken, expected) => {
      expect(await subjects(scoped(read, taken))).toEqual(expected);
      const where = {
        or: [
          { field: "createdAt", op: "isNull", value: false },
          { field: "subject", value: "x" },
        ],
      };
      expect(await subjects(scoped(read, taken), { where })).toEqual(expected);
    });

    it("A33 A08 is no hidden field, not even where nobody asks for one", async () => {
      const hiding = { ...customer.admin, fieldRules: { "customer.interaction": { subject: "hidden" } } } as TestCaller;
      const [row] = await exported("interactions", {}, hiding);
      expect(Object.keys(row!)).toContain("kind");
      expect(Object.keys(row!)).not.toContain("subject");
      const answer = await send(hiding, "POST", "/v1/interactions/exports", { format: "csv", fields: ["subject"] });
      expect(answer).toMatchObject({ status: 400, body: { code: "fields.unknown" } });
    });

    it("A33 is nothing encrypted for an API key", async () => {
      await customer.create("contacts", { lastName: "Qian", contactPoints: [{ kind: "email", value: "q@x.example" }] });
      const where = { field: "lastName", value: "Qian" };
      const [person] = await exported("contacts", { where });
      expect(person!["contactPoints"]).toContain("q@x.example");
      const [key] = await exported("contacts", { where }, { ...customer.admin, actorType: "api-key" });
      expect(key).toMatchObject({ lastName: "Qian" });
      expect(Object.keys(key!)).not.toContain("contactPoints");
    });

    it("A33 is as it was at one moment, whatever is written meanwhile", async () => {
      await send(customer.admin, "POST", "/v1/accounts/fields", {
        name: "rank",
        type: "number",
        label: { en: "Rank", zh: "排名" },
        sortable: true,
      });
      await customer.create("accounts", { name: "Seed" });
      const count = 4_000;
      await admin(
        `INSERT INTO customer.account SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(),
           'tags', '["snapshot"]'::jsonb, 'external_ids', '[]'::jsonb))).*
         FROM customer.account a, generate_series(1, $1) WHERE a.name = 'Seed'`,
        [count],
      );
      // Those with a rank lose it, and the others get one, all at once. In order of rank these are read after those.
      const turn = `
        WITH without AS (DELETE FROM customer.custom_value WHERE field = 'accounts.rank' RETURNING record_id)
        INSERT INTO customer.custom_value (record_id, field, n, number_value)
        SELECT id, 'accounts.rank', 0, 1 FROM (SELECT id FROM customer.account WHERE 'snapshot' = ANY(tags) ORDER BY id LIMIT $1 OFFSET $2) a
        WHERE id NOT IN (SELECT record_id FROM customer.custom_value WHERE field = 'accounts.rank')`;
      await admin(turn, [count / 2, 0]);
      const body = { where: { field: "tags", value: "snapshot" }, sort: ["custom.rank"], fields: ["id"] };
      const ids = [await ask("accounts", body), await ask("accounts", body), await ask("accounts", body)];
      let going = true;
      const writing = (async () => {
        for (let n = 1; going; n++) await admin(turn, [count / 2, n % 2 ? count / 2 : 0]);
      })();
      for (const id of ids) {
        const rows = await rowsOf(await ended("accounts", id));
        expect(rows).toHaveLength(count);
        expect(new Set(rows.map((row) => row["id"])).size).toBe(count);
      }
      going = false;
      await writing;
      await admin("DELETE FROM customer.custom_value WHERE field = 'accounts.rank'");
      await admin("DELETE FROM customer.account WHERE 'snapshot' = ANY(tags)");
    });
  });

  describe("GET /v1/:resource/exports/:id/file", () => {
    it("A33 is good once: the second time it is 410, and the file and its key are gone", async () => {
      const { id, url } = await made("accounts", {});
      expect(await rowsOf({ url } as ExportView)).not.toHaveLength(0);
      await eventually(async () => {
        expect(await refusal(url!, customer.admin)).toBe("410 export.gone");
        const left = await admin(
          "SELECT export_id FROM customer.export_chunk WHERE export_id = $1 UNION ALL SELECT person_id FROM bus.person_key WHERE person_id = $1",
          [id],
        );
        expect(left.rows).toEqual([]);
      });
      expect((await send(customer.admin, "GET", `/v1/accounts/exports/${id}`)).body.url).toBeNull();
    });

    it("A33 is nobody else's, nor is the export", async () => {
      const { id, url } = await made("accounts", {});
      const other = { ...customer.admin, id: randomUUID() };
      const key: TestCaller = { ...customer.admin, actorType: "api-key" };
      for (const who of [other, key]) {
        expect(await refusal(url!, who)).toBe("404 not-found");
        expect((await send(who, "GET", `/v1/accounts/exports/${id}`)).status).toBe(404);
        expect((await send<{ data: object[] }>(who, "GET", "/v1/accounts/exports")).body.data).toEqual([]);
      }
      expect(await refusal(url!.replace(/token=.*/, "token=x.y"), customer.admin)).toBe("404 not-found");
      expect(await refusal(url!.replace("accounts", "contacts"), customer.admin)).toBe("404 not-found");
      expect(await refusal(url!.replace(/\?.*/, ""), customer.admin)).toBe("400 query.invalid");
      expect((await fetchFile(url!, customer.admin)).status).toBe(200);
    });

    it("A33 asks again what the caller may do", async () => {
      const { url } = await made("interactions", {}, li);
      const { "customer.interaction.export": _, ...grants } = li.grants;
      expect(await refusal(url!, { ...li, grants })).toBe("403 permission.denied");
      const changed: Partial<TestCaller>[] = [
        { grants: { ...li.grants, "customer.interaction.read": "own" } },
        { grants: { ...li.grants, "customer.interaction.export": "own" } },
        { place: { ...TEAM, path: "x.e" } },
        { fieldRules: { "customer.interaction": { subject: "hidden" } } },
      ];
      for (const change of changed) expect(await refusal(url!, { ...li, ...change })).toBe("409 export.reach-changed");
      expect((await fetchFile(url!, li)).status).toBe(200);
    });

    it("may be tried again where it broke off, and not by two at once", async () => {
      await customer.create("accounts", { name: "Long" });
      await admin("UPDATE customer.account SET industry = repeat(md5(random()::text), 100) WHERE name = 'Long'");
      await admin(
        `INSERT INTO customer.account SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid()))).*
         FROM customer.account a, generate_series(1, 3000) WHERE a.name = 'Long'`,
      );
      const { url, bytes } = await made("accounts", { fields: ["name", "industry"] });
      expect(bytes).toBeGreaterThan(9_000_000);
      const headers = { authorization: `Bearer ${customer.service.tokenOf(customer.admin)}` };
      await new Promise<void>((resolve, reject) => {
        const request = httpGet(customer.service.url + url!, { headers }, (answer) => {
          answer.once("data", () => {
            answer.pause();
            refusal(url!, customer.admin)
              .then((second) => {
                expect(second).toBe("409 export.downloading");
                answer.destroy();
                resolve();
              })
              .catch(reject);
          });
          answer.on("error", () => undefined);
        });
        request.on("error", () => undefined);
      });
      const again = await eventually(async () => {
        const answer = await fetchFile(url!, customer.admin);
        expect(answer.status).toBe(200);
        return answer;
      });
      expect((await again.arrayBuffer()).byteLength).toBe(bytes);
    });

    it("is not fetched by a HEAD", async () => {
      const { url } = await made("contacts", {});
      const headers = { authorization: `Bearer ${customer.service.tokenOf(customer.admin)}` };
      expect((await fetch(customer.service.url + url!, { method: "HEAD", headers })).status).toBe(200);
      expect((await fetchFile(url!, customer.admin)).status).toBe(200);
    });

    it("A48 does not go out once somebody was erased who may be in it", async () => {
      const { id } = await customer.create("contacts", { lastName: "Sun" });
      const { url } = await made("contacts", {});
      expect((await send(customer.admin, "POST", `/v1/contacts/${id}/erase`)).status).toBeLessThan(300);
      expect(await refusal(url!, customer.admin)).toBe("409 export.person-erased");
    });

    it("is told with resource, fields and rows, once it is made and each time it is fetched", async () => {
      const view = await made("contacts", { fields: ["lastName", "title"] });
      await rowsOf(view);
      const { rows } = await admin(
        `SELECT type, payload::json->'data'->'changed' AS fields, payload::json->'data'->'export'->>'resource' AS resource,
           payload::json->'data'->'export'->'rows' AS rows, payload::json->>'actorid' AS actor
         FROM customer.outbox WHERE key = $1 ORDER BY seq`,
        [view.id],
      );
      const told = { fields: ["lastName", "title"], resource: "contacts", rows: view.rows, actor: customer.admin.id };
      expect(rows).toEqual([
        { type: "customer.export.completed", ...told },
        { type: "customer.export.downloaded", ...told },
      ]);
    });
  });

  describe("the worker", () => {
    const stateOf = async (id: string) =>
      (await admin("SELECT status, worker, attempts FROM customer.export_job WHERE id = $1", [id])).rows[0];

    it("begins anew what a process has left that died, and leaves alone what another one is at", async () => {
      const { id, rows } = await made("accounts", { fields: ["name"] });
      const worker = randomUUID();
      const left = `UPDATE customer.export_job SET status = 'running', worker = $2, leased_until = now() + $3::interval,
        version = 0, expires_at = NULL WHERE id = $1`;
      await admin(left, [id, worker, "1 hour"]);
      await made("contacts", {}); // the worker has looked for work meanwhile
      expect(await stateOf(id)).toMatchObject({ status: "running", worker });
      await admin(left, [id, worker, "-1 second"]);
      const view = await ended("accounts", id);
      expect(view.rows).toBe(rows);
      expect(await rowsOf(view)).toHaveLength(rows);
    });

    it("begins anew where its connection breaks", async () => {
      const id = await ask("accounts", {});
      await eventually(async () => {
        const { rows } = await admin(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'FETCH%exported' OR query LIKE 'DECLARE exported%'",
        );
        expect(rows).not.toHaveLength(0);
      });
      const view = await ended("accounts", id);
      expect(await rowsOf(view)).toHaveLength(view.rows);
      expect((await stateOf(id))!["attempts"]).toBeGreaterThan(1);
    });

    it("says of what it cannot make why", async () => {
      const id = randomUUID();
      await admin(
        `INSERT INTO customer.export_job (id, resource, actor_type, actor_id, caller, reach, request, format)
         SELECT $1, resource, actor_type, actor_id, caller, reach, request, format FROM customer.export_job
         WHERE actor_id = $2 LIMIT 1`,
        [id, customer.admin.id],
      );
      const { rows } = await admin("SELECT resource FROM customer.export_job WHERE id = $1", [id]);
      const view = await ended(String(rows[0]!["resource"]), id, customer.admin, "failed");
      expect(view).toMatchObject({ error: { code: "export.failed" }, url: null, rows: 0 });
    });

    it("A33 a link is over after ten minutes, and the file after a day", async () => {
      const { id, url, expiresAt } = await made("accounts", {});
      const hours = (Date.parse(expiresAt!) - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(23.9);
      expect(hours).toBeLessThanOrEqual(24);
      const now = Object.getOwnPropertyDescriptor(Clock.prototype, "now")!;
      Clock.prototype.now = () => new Date(Date.now() + 10 * 60_000 + 1_000);
      const late = await refusal(url!, customer.admin).finally(() =>
        Object.defineProperty(Clock.prototype, "now", now),
      );
      expect(late).toBe("410 export.link-expired");
      await admin("UPDATE customer.export_job SET expires_at = now() - interval '1 second' WHERE id = $1", [id]);
      expect(await refusal(url!, customer.admin)).toBe("410 export.gone");
      expect((await send(customer.admin, "GET", `/v1/accounts/exports/${id}`)).status).toBe(404);
      await eventually(async () => {
        const left = await admin(
          "SELECT id FROM customer.export_job WHERE id = $1 UNION ALL SELECT export_id FROM customer.export_chunk WHERE export_id = $1 UNION ALL SELECT person_id FROM bus.person_key WHERE person_id = $1",
          [id],
        );
        expect(left.rows).toEqual([]);
      });
    });
  });
});

import { forgetErasures } from "@kehu/personal-data";
import { Clock } from "@kehu/records";
import { eventually, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { get as httpGet } from "node:http";
import { startCustomer, type Customer } from "./customer.ts";
import { exporting, introduce, li, TEAM, type ExportView } from "./exports.ts";

describe("files of exports", () => {
  let customer: Customer;
  const { send, ask, ended, made, fetchFile, refusal, rowsOf, admin } = exporting(() => customer);

  beforeAll(async () => {
    customer = await startCustomer();
    await introduce(customer);
  });
  afterAll(() => customer.close());

  beforeAll(async () => {
    await customer.create("accounts", { name: "Huaxing" });
    await customer.create("contacts", { lastName: "Qian" });
    await customer.create("interactions", { kind: "note", occurredAt: new Date(), subject: "of li" }, li);
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

    it("A48 does not go out where somebody was being erased while it was made", async () => {
      const { id } = await customer.create("contacts", { lastName: "Ongoing" });
      const erasing = await customer.database.open("customer").direct();
      try {
        await erasing.query("BEGIN");
        await erasing.query("INSERT INTO bus.erasure DEFAULT VALUES");
        await erasing.query("UPDATE customer.contact SET last_name = '(erased)' WHERE id = $1", [id]);
        const { url } = await made("contacts", {});
        await erasing.query("COMMIT");
        expect(await refusal(url!, customer.admin)).toBe("409 export.person-erased");
      } finally {
        await erasing.end();
      }
    });

    it("A48 does not go out once somebody is erased here who was erased elsewhere before it was made", async () => {
      const id = randomUUID();
      const lead = { id, personId: randomUUID(), firstName: null, lastName: "Elsewhere" };
      const name = async () =>
        (await admin("SELECT name FROM customer.lead_copy WHERE id = $1", [id])).rows[0]?.["name"];
      await publish(customer.database, "sales.lead.created", lead);
      await eventually(async () => expect(await name()).toBe("Elsewhere"));
      const { url } = await made("accounts", {});
      await publish(customer.database, "sales.lead.erased", { ...lead, lastName: "(erased)" }, 2);
      await eventually(async () => expect(await name()).toBe("(erased)"));
      expect(await refusal(url!, customer.admin)).toBe("409 export.person-erased");
    });

    it("A48 has no erasure forgotten while a file from before it may be there", async () => {
      await admin("DELETE FROM bus.erasure");
      await admin("INSERT INTO bus.erasure VALUES ('1', now() - interval '4 days'), ('2', now() - interval '2 days')");
      await forgetErasures(customer.database.open("customer"));
      expect((await admin("SELECT xid::text FROM bus.erasure")).rows).toEqual([{ xid: "2" }]);
    });

    it("A48 does not go out where it was made before it was noted what a file was read after", async () => {
      await admin("DELETE FROM bus.erasure");
      const { id, url } = await made("contacts", {});
      await admin("UPDATE customer.export_job SET snapshot = NULL WHERE id = $1", [id]);
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
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND (query LIKE 'FETCH%exported' OR query LIKE 'DECLARE exported%')`,
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

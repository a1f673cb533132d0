import type { EventType } from "@kehu/contracts";
import { anAdministrator, eventually, publish, startService, testDatabase, type TestService } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { NIL } from "uuid";

describe("copies of people who were purged", () => {
  const admin = anAdministrator();
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let service: TestService;

  beforeAll(async () => {
    database = await testDatabase("marketing");
    const load = () => import("../src/app.module.ts");
    service = await startService({ name: "marketing", schema: "marketing" }, load, database);
  });
  afterAll(async () => {
    await service.close();
    await database.close();
  });

  it.each<[string, EventType, EventType]>([
    ["lead_copy", "sales.lead.created", "sales.lead.purged"],
    ["contact_copy", "customer.contact.created", "customer.contact.purged"],
  ])("say in %s nothing of who it was, and nobody is known by them any more", async (table, created, purged) => {
    const [id, personId] = [randomUUID(), randomUUID()];
    const stored = async () =>
      (await database.admin.query<{ name: string }>(`SELECT * FROM marketing.${table} WHERE id = $1`, [id])).rows;
    const consent = (channel: string) => {
      const body = { personId, channel, state: "granted" };
      return service.request(admin, "POST", "/v1/consents", { body });
    };
    await publish(database, created, { id, personId });
    await eventually(async () => expect(await consent("email")).toMatchObject({ status: 201 }));
    await publish(database, purged, { id }, 5);
    await eventually(async () => expect(await stored()).toMatchObject([{ name: "", version: 5 }]));
    expect(JSON.stringify(await stored())).not.toContain(personId);
    expect(await consent("phone")).toMatchObject({ status: 422, body: { code: "reference.not-yet-known" } });
  });

  it.each(["lead_copy", "contact_copy"])(
    "say in %s nothing of it after the update, if they did before it",
    async (table) => {
      const [gone, there, person] = [randomUUID(), randomUUID(), randomUUID()];
      await database.admin.query(
        `INSERT INTO marketing.${table} (id, version, name, external_ids, deleted_at, person_id)
       VALUES ($1, 5, '', '[]', now(), $3), ($2, 1, 'Wu', '[]', now(), $3)`,
        [gone, there, person],
      );
      const migration = await readFile("apps/marketing-svc/src/db/migrations/0011-purged-copies.sql", "utf8");
      await database.admin.query(`BEGIN; SET LOCAL search_path = marketing; ${migration} COMMIT`);
      const { rows } = await database.admin.query(
        `SELECT id, person_id FROM marketing.${table} WHERE id = ANY($1) ORDER BY name`,
        [[gone, there]],
      );
      expect(rows).toEqual([
        { id: gone, person_id: NIL },
        { id: there, person_id: person },
      ]);
    },
  );
});

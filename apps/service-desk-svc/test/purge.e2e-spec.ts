import { anAdministrator, eventually, publish, startService, testDatabase } from "@kehu/testing";
import type { TestDatabase, TestService } from "@kehu/testing";
import { randomUUID } from "node:crypto";

const PATH = "/v1/operations/service-desk/purge";

describe("the purge of tickets", () => {
  const admin = anAdministrator();
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    database = await testDatabase("service_desk");
    const load = () => import("../src/app.module.ts");
    service = await startService({ name: "service-desk", schema: "service_desk" }, load, database);
    await publish(database, "identity.settings.updated", { id: randomUUID(), purgeDeletedAfterDays: 30 });
    await eventually(async () => expect(await ask("GET")).toMatchObject({ days: 30 }));
  });
  afterAll(async () => {
    await service.close();
    await database.close();
  });

  const ask = async <B>(method: string, path = PATH, body?: object) =>
    (await service.request<B>(admin, method, path, { body })).body;
  const rows = async (sql: string, id: string) => (await database.admin.query<object>(sql, [id])).rows;

  it("takes the messages of a ticket with it, and its queue after it", async () => {
    const { id: queueId } = await ask<{ id: string }>("POST", "/v1/queues", { name: "Old" });
    const { id } = await ask<{ id: string }>("POST", "/v1/tickets", { subject: "x", queueId });
    await ask("POST", `/v1/tickets/${id}/messages`, { body: "Harbinskow" });
    const messages = "SELECT body FROM service_desk.ticket_message WHERE ticket_id = $1";
    expect(await rows(messages, id)).toHaveLength(1);
    await rows("UPDATE service_desk.queue SET deleted_at = now() - interval '60 days' WHERE id = $1", queueId);
    expect(await ask("POST")).toEqual({ purged: 0, remaining: 0 });
    await rows("UPDATE service_desk.ticket SET deleted_at = now() - interval '31 days' WHERE id = $1", id);
    let purged = 0;
    for (let left = 2; left > 0; left -= 1) purged += (await ask<{ purged: number }>("POST")).purged;
    expect(purged).toBe(2);
    expect(await rows(messages, id)).toEqual([]);
    expect(await rows("SELECT FROM service_desk.queue WHERE id = $1", queueId)).toEqual([]);
  });
});

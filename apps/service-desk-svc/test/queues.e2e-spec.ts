import {
  anAdministrator,
  anOwner,
  startService,
  testDatabase,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";

describe("queues", () => {
  const admin = anAdministrator();
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    database = await testDatabase("service_desk");
    service = await startService(
      { name: "service-desk", schema: "service_desk" },
      () => import("../src/app.module.ts"),
      database,
    );
  });

  afterAll(async () => {
    await service.close();
    await database.close();
  });

  const request = (method: string, path: string, body?: object) =>
    service.request<{ id: string; version: number }>(admin, method, `/v1/queues${path}`, { body });

  describe("POST /v1/queues", () => {
    it("makes a queue that belongs to nobody, and one life long tells of it", async () => {
      const { body: queue } = await request("POST", "", { name: "Support" });
      expect(queue).toMatchObject({ name: "Support", description: null, ownerId: null, version: 1 });
      await request("PATCH", `/${queue.id}`, { description: "一线" });
      await request("PATCH", `/${queue.id}`, { description: "一线" });
      await request("DELETE", `/${queue.id}`);
      expect(await request("GET", `/${queue.id}`)).toMatchObject({ status: 404 });
      expect(await request("POST", `/${queue.id}/restore`)).toMatchObject({ status: 200, body: { version: 4 } });
      const { rows } = await database.admin.query<{ type: string }>(
        "SELECT type FROM service_desk.outbox WHERE key = $1 ORDER BY seq",
        [queue.id],
      );
      expect(rows.map(({ type }) => type)).toEqual([
        "service-desk.queue.created",
        "service-desk.queue.updated",
        "service-desk.queue.deleted",
        "service-desk.queue.restored",
      ]);
    });

    it("needs a name", async () => {
      expect(await request("POST", "", { description: "x" })).toMatchObject({ status: 422 });
    });
  });

  describe("PATCH /v1/queues/:id", () => {
    it("loses no change of ten at once", async () => {
      const { body } = await request("POST", "", { name: "Busy" });
      await Promise.all(
        Array.from({ length: 10 }, (_, n) => request("PATCH", `/${body.id}`, { description: `d${n}` })),
      );
      expect((await request("GET", `/${body.id}`)).body.version).toBe(11);
    });
  });

  describe("GET /v1/queues", () => {
    it("shows nothing to who may see only his own, since a queue is nobody’s", async () => {
      await request("POST", "", { name: "Nobody’s" });
      const narrow = anOwner();
      narrow.grants["service-desk.queue.read"] = "own";
      const { body } = await service.request(narrow, "GET", "/v1/queues");
      expect(body).toMatchObject({ data: [] });
    });
  });
});

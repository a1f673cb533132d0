import { anOwner } from "@kehu/testing";
import { insist, startCustomer, type Customer, type View } from "./customer.ts";

describe("tasks", () => {
  let customer: Customer;

  beforeAll(async () => {
    customer = await startCustomer();
  });

  afterAll(() => customer.close());

  const aTask = (data: object = {}, as = customer.admin) =>
    customer.create("tasks", { subject: "Send the offer", ...data }, as);
  const send = (method: string, path: string, body?: object) =>
    customer.service.request<View>(customer.admin, method, `/v1/tasks${path}`, { body });

  describe("POST /v1/tasks", () => {
    it("answers 201 with an open task and the names of what it is about", async () => {
      const account = await customer.create("accounts", { name: "华星科技" });
      const task = await aTask({ dueAt: "2026-01-09T09:00:00Z", links: [{ type: "account", id: account.id }] });
      expect(task).toMatchObject({
        status: "open",
        dueAt: "2026-01-09T09:00:00.000Z",
        completedAt: null,
        links: [{ type: "account", id: account.id, name: "华星科技" }],
        ownerId: customer.admin.id,
      });
      const changed = expect.arrayContaining(["subject", "status", "dueAt", "links"]) as string[];
      expect(await customer.eventsOf(task.id)).toEqual([["customer.task.created", 1, changed]]);
    });

    it.each([
      [{ subject: undefined }, 422, "subject", "field.required"],
      [{ status: "completed" }, 422, "status", "field.vocabulary"],
      [{ status: "done" }, 422, "status", "field.vocabulary"],
      [{ completedAt: "2026-01-09T09:00:00Z" }, 400, "completedAt", "field.unknown"],
      [{ dueAt: "soon" }, 422, "dueAt", "field.format"],
      [
        { links: [{ type: "contact", id: "0199c1a0-0000-7000-8000-000000000002" }] },
        422,
        "links.0.id",
        "reference.unknown",
      ],
    ])("refuses %j with %i, naming %s with %s", async (data, status, field, code) => {
      const answer = await send("POST", "", { subject: "x", ...data });
      expect(answer).toMatchObject({ status, body: { errors: [{ field, code }] } });
    });
  });

  describe("POST /v1/tasks/:id/complete and POST /v1/tasks/:id/reopen", () => {
    it("completes it once, and opens it again once", async () => {
      const { id } = await aTask({ status: "waiting" });
      expect(await send("POST", `/${id}/complete`)).toMatchObject({
        status: 200,
        body: { status: "completed", completedAt: expect.any(String) as string, version: 2 },
      });
      expect(await send("POST", `/${id}/complete`)).toMatchObject({
        status: 409,
        body: { code: "task.illegal-transition", allowed: ["reopen"] },
      });
      expect(await send("PATCH", `/${id}`, { status: "open" })).toMatchObject({
        status: 409,
        body: { allowed: ["reopen"] },
      });
      expect(await send("PATCH", `/${id}`, { subject: "Sent" })).toMatchObject({ status: 200, body: { version: 3 } });
      expect(await send("POST", `/${id}/reopen`)).toMatchObject({
        status: 200,
        body: { status: "open", completedAt: null, version: 4 },
      });
      expect(await send("POST", `/${id}/reopen`)).toMatchObject({ status: 409, body: { allowed: ["complete"] } });
      const types = (await customer.eventsOf(id)).map(([type]) => type);
      expect(types).toEqual([
        "customer.task.created",
        "customer.task.completed",
        "customer.task.updated",
        "customer.task.reopened",
      ]);
      const history = await customer.list(`/v1/tasks/${id}/history`);
      expect(history.data[0]).toMatchObject({ event: "customer.task.reopened", version: 4 });
    });

    it("is completed by one of 20 callers at once", async () => {
      const { id } = await aTask();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => insist(() => send("POST", `/${id}/complete`))),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
      expect((await customer.eventsOf(id)).map(([type]) => type)).toEqual([
        "customer.task.created",
        "customer.task.completed",
      ]);
    });

    it("hides another's task", async () => {
      const { id } = await aTask();
      for (const verb of ["complete", "reopen"]) {
        const answer = await customer.service.request(anOwner(), "POST", `/v1/tasks/${id}/${verb}`);
        expect(answer.status).toBe(404);
      }
      expect((await customer.get(`/v1/tasks/${id}`)).version).toBe(1);
    });
  });

  describe("GET /v1/tasks", () => {
    it("shows a caller what is his, by status and due time, tasks without one last", async () => {
      const owner = anOwner();
      await aTask({ subject: "none", status: "deferred" }, owner);
      await aTask({ subject: "late", dueAt: "2026-02-01T00:00:00Z" }, owner);
      await aTask({ subject: "soon", dueAt: "2026-01-01T00:00:00Z" }, owner);
      const subjects = async (query: string, as = owner) =>
        (await customer.list(`/v1/tasks?${query}`, as)).data.map((one) => one["subject"]);
      expect(await subjects("sort=dueAt")).toEqual(["soon", "late", "none"]);
      expect(await subjects("filter[status]=deferred")).toEqual(["none"]);
      expect(await subjects("", anOwner())).toEqual([]);
    });
  });

  describe("POST /v1/tasks/bulk", () => {
    const row = (id: string, data: object) => ({
      op: "upsert",
      matchBy: "externalId",
      data: { externalIds: [{ system: "zoho", id }], ...data },
    });

    it("imports tasks in the state that they are in, and changes nothing the second time", async () => {
      const completed = {
        subject: "Call",
        status: "completed",
        createdAt: "2021-04-16T00:02:00Z",
        completedAt: "2021-05-01T00:00:00Z",
      };
      const rows = [
        row("1", completed),
        row("2", { subject: "Mail", status: null }),
        row("3", { subject: "x", completedAt: "2021-05-01T00:00:00Z" }),
      ];
      const results = await customer.import("tasks", rows);
      expect(results).toMatchObject([
        { outcome: "created" },
        { outcome: "created" },
        { outcome: "failed", errors: [{ field: "completedAt", code: "task.not-completed" }] },
      ]);
      const [id, other] = [results[0]!.id!, results[1]!.id!];
      expect(await customer.get(`/v1/tasks/${id}`)).toMatchObject({
        status: "completed",
        completedAt: "2021-05-01T00:00:00.000Z",
        createdAt: "2021-04-16T00:02:00.000Z",
        version: 2,
      });
      expect(await customer.get(`/v1/tasks/${other}`)).toMatchObject({ status: null, version: 1 });
      expect((await customer.eventsOf(id)).map(([type]) => type)).toEqual([
        "customer.task.created",
        "customer.task.completed",
      ]);
      expect(await customer.import("tasks", rows.slice(0, 2))).toMatchObject([
        { outcome: "unchanged" },
        { outcome: "unchanged" },
      ]);
      expect(await customer.import("tasks", [row("1", { status: "open" })])).toMatchObject([{ outcome: "updated" }]);
      expect((await customer.eventsOf(id)).at(-1)).toEqual(["customer.task.reopened", 3, ["status", "completedAt"]]);
    });
  });
});

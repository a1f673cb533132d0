import {
  anAdministrator,
  anOwner,
  eventually,
  publish,
  startService,
  testDatabase,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";

interface TicketView {
  id: string;
  number: number;
  subject: string;
  status: string;
  ownerId: string | null;
  version: number;
  [field: string]: unknown;
}

describe("tickets", () => {
  const admin = anAdministrator();
  const agent = randomUUID();
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    database = await testDatabase("service_desk");
    service = await startService(
      { name: "service-desk", schema: "service_desk" },
      () => import("../src/app.module.ts"),
      database,
    );
    await publish(database, "identity.user.activated", { id: agent, name: "王 伟" });
  });

  afterAll(async () => {
    await service.close();
    await database.close();
  });

  const aTicket = async (data: object = {}, as = admin) => {
    const { status, body } = await service.request<TicketView>(as, "POST", "/v1/tickets", {
      body: { subject: "登录失败", ...data },
    });
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  };
  const act = (id: string, verb: string, body: object = {}) =>
    service.request<TicketView>(admin, "POST", `/v1/tickets/${id}/${verb}`, { body });
  const eventsOf = async (id: string) => {
    const { rows } = await database.admin.query<{ type: string }>(
      "SELECT type FROM service_desk.outbox WHERE key = $1 ORDER BY seq",
      [id],
    );
    return rows.map(({ type }) => type);
  };

  describe("POST /v1/tickets", () => {
    it("takes a subject alone, and numbers tickets one after the other", async () => {
      const first = await aTicket();
      const second = await aTicket();
      expect(first).toMatchObject({ status: "new", escalated: false, priority: "normal", ownerId: admin.id });
      expect(second.number).toBe(first.number + 1);
      expect(await eventsOf(first.id)).toEqual(["service-desk.ticket.created"]);
    });

    it("leaves a ticket in a queue without an owner", async () => {
      const { body: queue } = await service.request<{ id: string; ownerId: null }>(admin, "POST", "/v1/queues", {
        body: { name: "一线支持", description: "First line" },
      });
      expect(queue.ownerId).toBeNull();
      expect(await aTicket({ queueId: queue.id })).toMatchObject({ ownerId: null, queueName: "一线支持" });
    });

    it.each([
      [{}, 422, "request.invalid", "subject"],
      [{ subject: "x", channel: "pigeon" }, 422, "request.invalid", "channel"],
      [{ subject: "x", priority: null }, 422, "request.invalid", "priority"],
      [{ subject: "x", status: "closed" }, 400, "request.malformed", "status"],
      [{ subject: "x", queueId: randomUUID() }, 422, "reference.unknown", "queueId"],
    ])("refuses %j with %i %s, naming %s", async (body, status, code, field) => {
      const answer = await service.request(admin, "POST", "/v1/tickets", { body });
      expect(answer).toMatchObject({ status, body: { code, errors: [expect.objectContaining({ field })] } });
    });

    it("waits for an account that is about to arrive, and shows its name", async () => {
      const id = randomUUID();
      const pending = aTicket({ accountId: id });
      await publish(database, "customer.account.created", { id, name: "华星科技" });
      expect(await pending).toMatchObject({ accountId: id, accountName: "华星科技" });
    });
  });

  describe("POST /v1/tickets/:id/close", () => {
    it("answers 409 to a new ticket, with what it takes", async () => {
      const { id } = await aTicket();
      expect(await act(id, "close")).toMatchObject({
        status: 409,
        body: { code: "ticket.illegal-transition", allowed: ["open", "spam", "escalate"] },
      });
      expect(await eventsOf(id)).toHaveLength(1);
    });

    it("is the end of a life with every verb", async () => {
      const { id } = await aTicket();
      const states: unknown[] = [];
      for (const verb of ["open", "pend", "open", "hold", "escalate", "resolve", "reopen", "resolve", "close"]) {
        const { status, body } = await act(id, verb);
        states.push([verb, status, body.status, body["escalated"]]);
      }
      expect(states).toEqual([
        ["open", 200, "open", false],
        ["pend", 200, "pending_customer", false],
        ["open", 200, "open", false],
        ["hold", 200, "on_hold", false],
        ["escalate", 200, "open", true],
        ["resolve", 200, "resolved", false],
        ["reopen", 200, "open", false],
        ["resolve", 200, "resolved", false],
        ["close", 200, "closed", false],
      ]);
      expect((await eventsOf(id)).slice(-4)).toEqual([
        "service-desk.ticket.resolved",
        "service-desk.ticket.reopened",
        "service-desk.ticket.resolved",
        "service-desk.ticket.closed",
      ]);
      const history = await service.request<{ data: object[] }>(admin, "GET", `/v1/tickets/${id}/history?limit=2`);
      expect(history.body.data).toMatchObject([
        { field: "closedAt", before: null },
        { field: "status", before: "resolved", after: "closed" },
      ]);
    });

    it("happens once when twenty ask at once", async () => {
      const { id } = await aTicket();
      await act(id, "open");
      await act(id, "resolve");
      const answers = await Promise.all(Array.from({ length: 20 }, () => act(id, "close")));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, ...Array<number>(19).fill(409)]);
    });
  });

  describe("POST /v1/tickets/:id/assign", () => {
    it("gives a new ticket to an agent, who has it open", async () => {
      const { id } = await aTicket();
      expect(await act(id, "assign", { ownerId: agent })).toMatchObject({
        status: 200,
        body: { ownerId: agent, ownerName: "王 伟", status: "open" },
      });
      expect(await eventsOf(id)).toEqual(["service-desk.ticket.created", "service-desk.ticket.owner-changed"]);
    });
  });

  describe("GET /v1/tickets", () => {
    it("shows and changes only what is the caller’s own", async () => {
      const [mine, other] = [anOwner(), anOwner()];
      const { id } = await aTicket({}, mine);
      const list = await service.request<{ data: TicketView[] }>(mine, "GET", "/v1/tickets");
      expect(list.body.data.map((ticket) => ticket.id)).toEqual([id]);
      expect((await service.request<{ data: [] }>(other, "GET", "/v1/tickets")).body.data).toEqual([]);
      for (const [method, path] of [
        ["GET", ""],
        ["POST", "/open"],
        ["GET", "/messages"],
        ["POST", "/messages"],
      ] as const) {
        const body = method === "POST" ? { body: "x" } : undefined;
        const answer = await service.request(other, method, `/v1/tickets/${id}${path}`, { body });
        expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
      }
      expect(await eventsOf(id)).toHaveLength(1);
    });

    it("filters by status and number", async () => {
      const { id, number } = await aTicket();
      await act(id, "spam");
      const query = `filter[status]=spam&filter[number]=${number}&count=exact`;
      const { body } = await service.request(admin, "GET", `/v1/tickets?${query}`);
      expect(body).toMatchObject({ data: [{ id }], page: { total: 1 } });
    });
  });

  describe("POST /v1/tickets/bulk", () => {
    it("imports closed, held and escalated cases, and nothing the second time", async () => {
      const row = (id: string, data: object) => ({
        op: "upsert",
        matchBy: "externalId",
        data: {
          subject: `Case ${id}`,
          channel: "phone",
          createdAt: "2020-01-02T03:04:05Z",
          externalIds: [{ system: "zoho", id }],
          ...data,
        },
      });
      const operations = [
        row("c1", { status: "closed", closedAt: "2020-02-02T03:04:05Z", ownerId: agent }),
        row("c2", { status: "on_hold" }),
        row("c3", { status: "open", escalated: true }),
        row("c4", { status: "closed", closedAt: "2019-02-02T03:04:05Z" }),
      ];
      const bulk = () =>
        service.request<{ results: { outcome: string; id: string; errors: { code: string }[] }[] }>(
          admin,
          "POST",
          "/v1/tickets/bulk",
          { body: { operations, origin: "import" } },
        );
      const first = (await bulk()).body.results;
      expect(first.map(({ outcome }) => outcome)).toEqual(["created", "created", "created", "failed"]);
      expect(first[3]!.errors[0]!.code).toBe("ticket.closed-too-early");
      const [closed, , escalated] = await Promise.all(
        first
          .slice(0, 3)
          .map(async ({ id }) => (await service.request<TicketView>(admin, "GET", `/v1/tickets/${id}`)).body),
      );
      expect(closed).toMatchObject({ status: "closed", closedAt: "2020-02-02T03:04:05.000Z", ownerId: agent });
      expect(escalated).toMatchObject({ status: "open", escalated: true, ownerId: null });
      expect(await eventsOf(first[0]!.id)).toEqual(["service-desk.ticket.created", "service-desk.ticket.closed"]);
      const sequence = "SELECT last_value FROM service_desk.ticket_number";
      const before = await database.admin.query(sequence);
      expect((await bulk()).body.results.map(({ outcome }) => outcome)).toEqual([
        "unchanged",
        "unchanged",
        "unchanged",
        "failed",
      ]);
      const after = await database.admin.query<{ last_value: string }>(sequence);
      expect(Number(after.rows[0]!.last_value) - Number((before.rows[0] as { last_value: string }).last_value)).toBe(1);
    });
  });

  describe("copies of accounts and contacts", () => {
    it("keep the newest state, whatever comes twice or late", async () => {
      const id = randomUUID();
      const repeated = randomUUID();
      const externalIds = [{ system: "zoho", id: "3001" }];
      await publish(database, "customer.contact.updated", { id, lastName: "新", externalIds }, 3, repeated);
      await publish(database, "customer.contact.updated", { id, lastName: "新", externalIds }, 3, repeated);
      await publish(database, "customer.contact.created", { id, lastName: "旧", externalIds }, 1);
      const ticket = await aTicket({ contactId: { externalId: { system: "zoho", id: "3001" } } });
      expect(ticket).toMatchObject({ contactId: id, contactName: "伟 新" });
      await publish(database, "customer.contact.deleted", { id, deletedAt: "2026-02-02T00:00:00.000Z" }, 4);
      await eventually(async () => {
        const answer = await service.request(admin, "POST", "/v1/tickets", { body: { subject: "x", contactId: id } });
        expect(answer).toMatchObject({ status: 422, body: { code: "reference.unknown" } });
      });
    });
  });
});

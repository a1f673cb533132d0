import {
  anAdministrator,
  anOwner,
  startService,
  testDatabase,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";

interface MessageView {
  id: string;
  ticketId: string;
  body: string;
  visibility: string;
}

interface TicketView {
  id: string;
  number: number;
  status: string;
  version: number;
  [field: string]: unknown;
}

describe("messages", () => {
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

  /** A ticket that has gone the way of the given verbs. */
  const aTicket = async (...verbs: string[]) => {
    const { body } = await service.request<TicketView>(admin, "POST", "/v1/tickets", { body: { subject: "登录失败" } });
    for (const verb of verbs) {
      expect(await service.request(admin, "POST", `/v1/tickets/${body.id}/${verb}`)).toMatchObject({ status: 200 });
    }
    return body;
  };
  const say = (ticketId: string, message: object) =>
    service.request<MessageView>(admin, "POST", `/v1/tickets/${ticketId}/messages`, { body: message });
  const ticketOf = async (id: string) => (await service.request<TicketView>(admin, "GET", `/v1/tickets/${id}`)).body;
  const messagesOf = async (id: string, query = "") =>
    (
      await service.request<{ data: MessageView[]; page: { nextCursor: string | null } }>(
        admin,
        "GET",
        `/v1/tickets/${id}/messages${query}`,
      )
    ).body;
  const lastEvent = async (id: string) => {
    const { rows } = await database.admin.query<{ event: { type: string; data: object } }>(
      "SELECT payload::json AS event FROM service_desk.outbox WHERE key = $1 ORDER BY seq DESC LIMIT 1",
      [id],
    );
    return rows[0]!.event;
  };

  describe("POST /v1/tickets/:id/messages", () => {
    it("opens a ticket that waited for its customer", async () => {
      const { id } = await aTicket("open", "pend");
      const answer = await say(id, { direction: "inbound", body: "还是不行", channel: "email" });
      expect(answer).toMatchObject({
        status: 201,
        body: { ticketId: id, direction: "inbound", visibility: "public", body: "还是不行", author: { id: admin.id } },
      });
      expect(await ticketOf(id)).toMatchObject({ status: "open", firstResponseAt: null });
      expect(await lastEvent(id)).toMatchObject({
        type: "service-desk.ticket.customer-replied",
        data: { from: "pending_customer", messageId: answer.body.id },
      });
    });

    it("reopens a resolved one", async () => {
      const { id } = await aTicket("open", "resolve");
      await say(id, { direction: "inbound", body: "Again" });
      expect(await ticketOf(id)).toMatchObject({ status: "open", reopenedCount: 1, resolvedAt: null });
    });

    it("opens a new ticket that continues a closed one", async () => {
      const { id, number } = await aTicket("open", "resolve", "close");
      const { body } = await say(id, { direction: "inbound", body: "Once more", providerMessageId: "mail-closed" });
      expect(body.ticketId).not.toBe(id);
      const next = await ticketOf(body.ticketId);
      expect(next).toMatchObject({ followsTicketId: id, status: "new", subject: "登录失败", ownerId: admin.id });
      expect(next.number).toBeGreaterThan(number);
      expect(await ticketOf(id)).toMatchObject({ status: "closed" });
      const again = await say(id, { direction: "inbound", body: "Once more", providerMessageId: "mail-closed" });
      expect(again.body).toEqual(body);
      expect((await messagesOf(body.ticketId)).data).toHaveLength(1);
    });

    it("A04 shows no message of the ticket that continues it to who may not read that one", async () => {
      const { id } = await aTicket("open", "resolve", "close");
      const message = { direction: "inbound", body: "Not for everybody", providerMessageId: randomUUID() };
      const { body: said } = await say(id, message);
      const other = anOwner();
      await service.request(admin, "POST", `/v1/tickets/${said.ticketId}/owner`, { body: { ownerId: admin.id } });
      await database.admin.query("UPDATE service_desk.ticket SET owner_id = $1 WHERE id = $2", [other.id, id]);
      const path = `/v1/tickets/${id}/messages`;
      const answer = await service.request<MessageView>(other, "POST", path, { body: message });
      expect(answer).toMatchObject({ status: 409, body: { code: "message.provider-id-taken" } });
      expect(JSON.stringify(answer.body)).not.toContain(said.id);
      expect((await messagesOf(said.ticketId)).data).toHaveLength(1);
      const own = { direction: "inbound", body: "Mine", providerMessageId: randomUUID() };
      const first = await service.request<MessageView>(other, "POST", path, { body: own });
      await database.admin.query("UPDATE service_desk.ticket SET owner_id = $1 WHERE id = $2", [
        admin.id,
        first.body.ticketId,
      ]);
      expect((await service.request<MessageView>(other, "POST", path, { body: own })).body).toEqual(first.body);
    });

    it("takes the first public answer as first response, and no note", async () => {
      const { id } = await aTicket("open");
      await say(id, { visibility: "internal", body: "Looks like DNS" });
      expect(await ticketOf(id)).toMatchObject({ firstResponseAt: null });
      await say(id, { body: "We are on it" });
      const { firstResponseAt, status } = await ticketOf(id);
      expect({ firstResponseAt, status }).toEqual({ firstResponseAt: expect.any(String), status: "open" });
      await say(id, { body: "Done" });
      expect(await ticketOf(id)).toMatchObject({ firstResponseAt });
    });

    it("makes one message of one that the provider sends ten times at once", async () => {
      const { id } = await aTicket("open", "pend");
      const message = { direction: "inbound", body: "Hello", providerMessageId: randomUUID() };
      const answers = await Promise.all(Array.from({ length: 10 }, () => say(id, message)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      expect((await messagesOf(id)).data).toHaveLength(1);
      expect((await ticketOf(id)).version).toBe(4);
      const other = await aTicket();
      expect(await say(other.id, message)).toMatchObject({ status: 409, body: { code: "message.provider-id-taken" } });
      expect((await ticketOf(other.id)).version).toBe(1);
    });

    it.each([
      [{}, 422, "request.invalid"],
      [{ body: "" }, 422, "request.invalid"],
      [{ body: "x", direction: "sideways" }, 422, "request.invalid"],
      [{ body: "x", direction: "inbound", visibility: "internal" }, 422, "message.inbound-internal"],
      [{ body: "x", author: "me" }, 400, "request.malformed"],
    ])("refuses %j with %i %s", async (message, status, code) => {
      const { id } = await aTicket();
      expect(await say(id, message)).toMatchObject({ status, body: { code } });
      expect((await messagesOf(id)).data).toEqual([]);
    });
  });

  describe("GET /v1/tickets/:id/messages", () => {
    it("shows none of a deleted ticket, and all of a restored one", async () => {
      const { id } = await aTicket("open");
      expect((await say(id, { direction: "inbound", body: "还在", channel: "email" })).status).toBe(201);
      expect((await service.request(admin, "DELETE", `/v1/tickets/${id}`)).status).toBe(204);
      expect(await messagesOf(id)).toMatchObject({ code: "not-found" });
      expect((await say(id, { direction: "inbound", body: "?", channel: "email" })).status).toBe(404);
      expect((await service.request(admin, "POST", `/v1/tickets/${id}/restore`)).status).toBe(200);
      expect((await messagesOf(id)).data.map(({ body }) => body)).toEqual(["还在"]);
    });

    it("pages through them, the newest first, while others come", async () => {
      const { id } = await aTicket();
      for (const body of ["1", "2", "3", "4", "5"]) await say(id, { body });
      const seen: string[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const page: { data: MessageView[]; page: { nextCursor: string | null } } = await messagesOf(
          id,
          `?limit=2${cursor && `&cursor=${cursor}`}`,
        );
        seen.push(...page.data.map(({ body }) => body));
        cursor = page.page.nextCursor;
        await say(id, { body: "later" });
      }
      expect(seen).toEqual(["5", "4", "3", "2", "1"]);
    });

    it.each(["limit=0", "sort=id", "filter[body]=x", "cursor=x"])("refuses %s", async (query) => {
      const { id } = await aTicket();
      expect(await service.request(admin, "GET", `/v1/tickets/${id}/messages?${query}`)).toMatchObject({ status: 400 });
    });
  });
});

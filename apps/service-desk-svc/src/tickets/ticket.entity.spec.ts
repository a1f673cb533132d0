import { EVENTS, TICKET_STATUSES } from "@kehu/contracts";
import { MOVES, verbsFrom, type TicketStatus, type TicketVerb } from "./ticket-status.ts";
import { Ticket } from "./ticket.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const LATER = new Date("2026-01-03T03:04:05Z");

const aTicket = (data: Partial<Ticket> = {}): Ticket =>
  Object.assign(new Ticket(), {
    id: "0199c1a0-0000-7000-8000-000000000008",
    version: 1,
    ownerId: null,
    teamId: null,
    collaborators: [],
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    number: 1001,
    subject: "登录失败",
    status: "new",
    escalated: false,
    channel: null,
    type: null,
    priority: "normal",
    queueId: null,
    accountId: null,
    contactId: null,
    followsTicketId: null,
    reopenedCount: 0,
    firstResponseAt: null,
    resolvedAt: null,
    closedAt: null,
    ...data,
  });

const move = (ticket: Ticket, verb: TicketVerb) =>
  verb === "escalate" ? ticket.escalate(NOW) : ticket.move(verb, NOW);

describe("Ticket", () => {
  it("states what the contract says, and nothing else", () => {
    const { ticket } = EVENTS["service-desk.ticket.created"].example;
    expect(Object.keys(aTicket().state()).sort()).toEqual(Object.keys(ticket).sort());
  });

  describe("when it moves", () => {
    const LEGAL: Record<TicketStatus, TicketVerb[]> = {
      new: ["open", "spam", "escalate"],
      open: ["pend", "hold", "resolve", "escalate"],
      pending_customer: ["open", "escalate"],
      on_hold: ["open", "escalate"],
      resolved: ["close", "reopen"],
      closed: [],
      spam: [],
    };
    const pairs = TICKET_STATUSES.flatMap((status) =>
      (Object.keys(MOVES) as TicketVerb[]).map((verb) => [status, verb] as const),
    );

    it.each(pairs)("from %s by %s: only as the table says", (status, verb) => {
      const ticket = aTicket({ status });
      expect(verbsFrom(status)).toEqual(LEGAL[status]);
      if (LEGAL[status].includes(verb)) {
        const events = move(ticket, verb);
        expect(ticket.status).toBe(MOVES[verb].to);
        expect(events).toHaveLength(1);
      } else {
        const refused = expect.objectContaining({
          status: 409,
          code: "ticket.illegal-transition",
          members: { allowed: LEGAL[status] },
        });
        expect(() => move(ticket, verb)).toThrow(refused);
        expect(ticket).toMatchObject({ status, version: 1 });
      }
    });

    it("keeps the time of its solution and of its end, and counts how often it was reopened", () => {
      const ticket = aTicket({ status: "open", escalated: true });
      ticket.move("resolve", NOW);
      expect(ticket).toMatchObject({ resolvedAt: NOW, escalated: false });
      expect(ticket.move("reopen", LATER)).toMatchObject([
        { type: "service-desk.ticket.reopened", data: { from: "resolved" } },
      ]);
      expect(ticket).toMatchObject({ resolvedAt: null, reopenedCount: 1 });
      ticket.move("resolve", LATER);
      ticket.move("close", LATER);
      expect(ticket).toMatchObject({ resolvedAt: LATER, closedAt: LATER });
    });

    it("is not escalated twice", () => {
      const ticket = aTicket({ status: "on_hold" });
      expect(ticket.escalate(NOW)).toMatchObject([
        { type: "service-desk.ticket.escalated", data: { ticket: { status: "open", escalated: true } } },
      ]);
      expect(ticket.escalate(NOW)).toEqual([]);
    });
  });

  describe("when it is opened", () => {
    it("waits in its queue without an owner, and is open once somebody takes it", () => {
      const ticket = aTicket({ version: 0, ownerId: "someone" });
      ticket.open({ subject: "x", queueId: "q" }, NOW, [7]);
      expect(ticket).toMatchObject({ number: 7, ownerId: null, status: "new", priority: "normal" });
      expect(ticket.handOver({ ownerId: "agent", teamId: null }, NOW)).toMatchObject([
        { type: "service-desk.ticket.owner-changed", data: { from: null, ticket: { status: "open" } } },
      ]);
      expect(ticket.handOver({ ownerId: "agent", teamId: null }, NOW)).toEqual([]);
    });
  });

  describe("when a message comes", () => {
    const message = { id: "m", direction: "outbound", visibility: "public" } as const;

    it.each([
      ["new", "new"],
      ["open", "open"],
      ["pending_customer", "open"],
      ["on_hold", "on_hold"],
      ["resolved", "open"],
      ["spam", "spam"],
    ] as const)("of the customer: goes from %s to %s", (from, to) => {
      const ticket = aTicket({ status: from });
      const events = ticket.receive({ ...message, direction: "inbound" }, NOW);
      expect(events).toMatchObject([
        { type: "service-desk.ticket.customer-replied", data: { from, messageId: "m", visibility: "public" } },
      ]);
      expect(ticket.status).toBe(to);
    });

    it("counts the first public answer as first response, never a note", () => {
      const ticket = aTicket();
      ticket.receive({ ...message, visibility: "internal" }, NOW);
      expect(ticket.firstResponseAt).toBeNull();
      ticket.receive(message, NOW);
      ticket.receive(message, LATER);
      expect(ticket.firstResponseAt).toBe(NOW);
    });
  });

  describe("when it is imported", () => {
    const born = (data: object) =>
      aTicket({ version: 0 })
        .imported(data, NOW, [1])
        .map(({ type, data: { from } }) => [type, from]);
    const CREATED = ["service-desk.ticket.created", undefined];

    it.each([
      [{}, []],
      [{ status: "closed", closedAt: LATER }, [["service-desk.ticket.closed", "new"]]],
      [{ status: "on_hold" }, [["service-desk.ticket.status-changed", "new"]]],
      [{ escalated: true }, [["service-desk.ticket.escalated", undefined]]],
      [{ status: "open", escalated: true }, [["service-desk.ticket.escalated", undefined]]],
    ])("as %j makes created and %j", (data, facts) => {
      expect(born({ subject: "x", ...data })).toEqual([CREATED, ...facts]);
    });

    it("changes nothing when it comes again, and tells what differs", () => {
      const row = { subject: "x", status: "closed", closedAt: LATER } as const;
      const ticket = aTicket({ version: 0 });
      ticket.imported(row, NOW, [1]);
      expect(ticket.imported({ ...row, closedAt: new Date(LATER) }, NOW, [])).toEqual([]);
      expect(ticket.imported({ subject: "y" }, NOW, [])).toMatchObject([{ type: "service-desk.ticket.updated" }]);
    });

    it.each([
      [{ createdAt: LATER, resolvedAt: NOW }, "ticket.resolved-too-early"],
      [{ createdAt: LATER, closedAt: NOW }, "ticket.closed-too-early"],
      [{ createdAt: NOW, resolvedAt: LATER, closedAt: NOW }, "ticket.closed-too-early"],
    ])("with %j is refused: %s", (dates, code) => {
      expect(() => born({ subject: "x", ...dates })).toThrow(expect.objectContaining({ code }));
    });

    it("may have ended before it came here, where nobody knows when it was opened", () => {
      const row = { subject: "x", status: "closed", closedAt: new Date("2020-01-02T03:04:05Z") } as const;
      const ticket = aTicket({ version: 0 });
      expect(ticket.imported(row, NOW, [1])).toHaveLength(2);
      expect(ticket.imported(row, NOW, [])).toEqual([]);
    });

    it("needs a subject only when it is new", () => {
      expect(() => born({})).toThrow(expect.objectContaining({ code: "request.invalid" }));
    });
  });
});

import { anAdministrator, anOwner, eventually, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { insist, startCustomer, type Customer, type View } from "./customer.ts";

const AT = "2026-01-02T02:00:00.000Z";

describe("interactions", () => {
  let customer: Customer;

  beforeAll(async () => {
    customer = await startCustomer();
  });

  afterAll(() => customer.close());

  const aCall = (data: object = {}, as = customer.admin) =>
    customer.create("interactions", { kind: "call", occurredAt: AT, ...data }, as);
  const send = (method: string, path: string, body?: object, as: TestCaller = customer.admin) =>
    customer.service.request<View>(as, method, `/v1/interactions${path}`, { body });
  const linksOf = async (id: string) => {
    const { rows } = await customer.database.admin.query(
      "SELECT record_type, record_id, occurred_at FROM customer.interaction_link WHERE interaction_id = $1 ORDER BY 1",
      [id],
    );
    return rows as { record_type: string; record_id: string; occurred_at: Date }[];
  };

  describe("POST /v1/interactions", () => {
    it("answers 201 to the least body", async () => {
      expect(await aCall()).toMatchObject({ kind: "call", occurredAt: AT, links: [], version: 1 });
    });

    it("shows the names of the records that it is about, and keeps their links for timelines", async () => {
      const account = await customer.create("accounts", { name: "华星科技" });
      const contact = await customer.create("contacts", { firstName: "伟", lastName: "王" });
      const leadId = randomUUID();
      await publish(customer.database, "sales.lead.created", { id: leadId, firstName: "娜", lastName: "李" });
      const links = [
        { type: "account", id: account.id },
        { type: "contact", id: contact.id },
        { type: "lead", id: leadId },
      ];
      const call = await aCall({
        direction: "outbound",
        subject: "First call",
        endedAt: "2026-01-02T02:07:00Z",
        durationSeconds: 420,
        purpose: "prospecting",
        links,
      });
      expect(call).toMatchObject({ direction: "outbound", durationSeconds: 420, endedAt: "2026-01-02T02:07:00.000Z" });
      expect(call["links"]).toEqual([
        { ...links[0], name: "华星科技" },
        { ...links[1], name: "伟 王" },
        { ...links[2], name: "娜 李" },
      ]);
      expect((await linksOf(call.id)).map((link) => [link.record_type, link.record_id])).toEqual(
        links.map(({ type, id }) => [type, id]),
      );
      const { rows } = await customer.database.admin.query(
        "SELECT payload::json->'data'->'interaction'->'links' AS links FROM customer.outbox WHERE key = $1",
        [call.id],
      );
      expect(rows).toEqual([{ links }]);
    });

    it("waits for the copy of a record that another service has just made", async () => {
      const id = randomUUID();
      const answer = send("POST", "", { kind: "note", occurredAt: AT, links: [{ type: "ticket", id }] });
      await wait(300);
      await publish(customer.database, "service-desk.ticket.created", { id, subject: "Login fails" });
      expect(await answer).toMatchObject({
        status: 201,
        body: { links: [{ type: "ticket", id, name: "Login fails" }] },
      });
    });

    it.each([
      [{ kind: "fax" }, 422, "kind", "field.vocabulary"],
      [{ kind: undefined }, 422, "kind", "field.required"],
      [{ occurredAt: undefined }, 422, "occurredAt", "field.required"],
      [{ occurredAt: "yesterday" }, 422, "occurredAt", "field.format"],
      [{ endedAt: "2026-01-01T00:00:00Z" }, 422, "endedAt", "interaction.ends-before-start"],
      [{ durationSeconds: -1 }, 422, "durationSeconds", "field.range"],
      [{ durationSeconds: 1.5 }, 400, "durationSeconds", "field.type"],
      [
        { links: [{ type: "invoice", id: "0199c1a0-0000-7000-8000-000000000001" }] },
        422,
        "links.0.type",
        "field.vocabulary",
      ],
      [{ links: [{ type: "account", id: "x" }] }, 400, "links.0.id", "field.type"],
      [
        { links: [{ type: "account", id: "0199c1a0-0000-7000-8000-000000000001" }] },
        422,
        "links.0.id",
        "reference.unknown",
      ],
      [{ links: [{ type: "account" }] }, 422, "links.0.id", "field.required"],
      [{ links: [null] }, 422, "links.0", "field.required"],
    ])("refuses %j with %i, naming %s with %s", async (data, status, field, code) => {
      const answer = await send("POST", "", { kind: "call", occurredAt: AT, ...data });
      expect(answer).toMatchObject({ status, body: { errors: [{ field, code }] } });
    });

    it("says of a record that it does not know yet that the request may be sent again", async () => {
      const answer = await send("POST", "", {
        kind: "note",
        occurredAt: AT,
        links: [{ type: "campaign", id: randomUUID() }],
      });
      expect(answer).toMatchObject({
        status: 422,
        body: { code: "reference.not-yet-known", errors: [{ field: "links.0.id" }] },
      });
    });

    it("takes no link to what the caller cannot see, and shows him no name of it", async () => {
      const owner = anOwner();
      const hidden = await customer.create("accounts", { name: "Hidden" });
      const links = [{ type: "account", id: hidden.id }];
      const answer = await send("POST", "", { kind: "note", occurredAt: AT, links }, owner);
      expect(answer).toMatchObject({
        status: 422,
        body: { code: "reference.unknown", errors: [{ field: "links.0.id" }] },
      });
      const { "customer.account.read": _none, ...grants } = anAdministrator().grants;
      const { id } = await aCall({ links });
      const shown = await customer.get(`/v1/interactions/${id}`, { id: owner.id, grants });
      expect(shown["links"]).toEqual([{ ...links[0], name: null }]);
    });
  });

  describe("GET /v1/interactions/:id", () => {
    it("shows the name of another service's record to whom that record is open", async () => {
      const [mine, other] = [anOwner(), anOwner()];
      const lead = { id: randomUUID(), firstName: null, lastName: "Denson", ownerId: mine.id };
      await publish(customer.database, "sales.lead.created", lead);
      const { id } = await aCall({ links: [{ type: "lead", id: lead.id }] });
      const seenBy = async (who: TestCaller) => {
        const grants = { ...who.grants, "customer.interaction.read": "all" as const };
        return (await customer.get(`/v1/interactions/${id}`, { id: who.id, grants }))["links"];
      };
      expect(await seenBy(mine)).toEqual([{ type: "lead", id: lead.id, name: "Denson" }]);
      expect(await seenBy(other)).toEqual([{ type: "lead", id: lead.id, name: null }]);
    });
  });

  describe("PATCH /v1/interactions/:id", () => {
    it("replaces the links, moves them in time, and makes no event when they are the same", async () => {
      const [one, other] = [
        await customer.create("accounts", { name: "A" }),
        await customer.create("accounts", { name: "B" }),
      ];
      const { id } = await aCall({ links: [{ type: "account", id: one.id }] });
      const links = [{ type: "account", id: other.id }];
      const later = "2026-01-03T00:00:00.000Z";
      const changed = await send("PATCH", `/${id}`, { links, occurredAt: later });
      expect(changed).toMatchObject({ status: 200, body: { links: [{ ...links[0], name: "B" }], version: 2 } });
      expect(await linksOf(id)).toEqual([
        { record_type: "account", record_id: other.id, occurred_at: new Date(later) },
      ]);
      expect((await send("PATCH", `/${id}`, { links })).body.version).toBe(2);
      expect((await customer.eventsOf(id))[1]).toEqual(["customer.interaction.updated", 2, ["occurredAt", "links"]]);
    });

    it("loses no update of 30 at once", async () => {
      const { id } = await aCall();
      await Promise.all(
        Array.from({ length: 30 }, (_, n) => insist(() => send("PATCH", `/${id}`, { outcome: `o${n}` }))),
      );
      expect((await customer.get(`/v1/interactions/${id}`)).version).toBe(31);
    });
  });

  describe("DELETE /v1/interactions/:id and POST /v1/interactions/:id/restore", () => {
    it("takes it and its links out of sight and brings them back", async () => {
      const account = await customer.create("accounts", { name: "A" });
      const { id } = await aCall({ links: [{ type: "account", id: account.id }] });
      expect((await send("DELETE", `/${id}`)).status).toBe(204);
      expect(await linksOf(id)).toEqual([]);
      expect(await send("POST", `/${id}/restore`)).toMatchObject({
        status: 200,
        body: { version: 3, links: [{ name: "A" }] },
      });
      expect(await linksOf(id)).toHaveLength(1);
    });
  });

  describe("GET /v1/interactions", () => {
    it("shows a caller what is his, the latest first, and pages through it", async () => {
      const owner = anOwner();
      for (let day = 1; day <= 5; day++)
        await aCall({ subject: `s${day}`, occurredAt: `2026-01-0${day}T00:00:00Z` }, owner);
      const first = await customer.list("/v1/interactions?limit=3", owner);
      const second = await customer.list(`/v1/interactions?limit=3&cursor=${first.page.nextCursor}`, owner);
      expect([...first.data, ...second.data].map((one) => one["subject"])).toEqual(["s5", "s4", "s3", "s2", "s1"]);
      const found = await customer.list(
        "/v1/interactions?filter[kind]=call&filter[occurredAt][gte]=2026-01-04&count=exact",
        owner,
      );
      expect(found.page.total).toBe(2);
      expect((await customer.list("/v1/interactions", anOwner())).data).toEqual([]);
    });

    it("finds by days that begin where the caller is", async () => {
      const owner = anOwner();
      await aCall({ subject: "evening in London", occurredAt: "2026-01-03T20:00:00Z" }, owner);
      const today = new Date().toISOString();
      await aCall({ subject: "now", occurredAt: today }, owner);
      const found = async (condition: string, timeZone?: string) =>
        (await customer.list(`/v1/interactions?${condition}`, { ...owner, timeZone })).data.map(
          (one) => one["subject"],
        );
      expect(await found("filter[occurredAt]=2026-01-03")).toEqual(["evening in London"]);
      expect(await found("filter[occurredAt]=2026-01-03", "Asia/Shanghai")).toEqual([]);
      expect(await found("filter[occurredAt]=2026-01-04", "Asia/Shanghai")).toEqual(["evening in London"]);
      for (const period of ["today", "thisWeek", "thisMonth", "thisQuarter", "thisYear"])
        expect(await found(`filter[occurredAt]=${period}`, "Asia/Kathmandu")).toContain("now");
      expect(await found("filter[occurredAt][gt]=-7d&filter[occurredAt][lt]=+1d")).toEqual(["now"]);
      expect(await found("filter[occurredAt][lt]=today")).toEqual(["evening in London"]);
      const { status, body } = await customer.service.request<{ code: string }>(
        owner,
        "GET",
        "/v1/interactions?filter[occurredAt]=thismonth",
      );
      expect({ status, code: body.code }).toEqual({ status: 400, code: "filter.invalid-value" });
    });

    it("takes the changes of names over", async () => {
      const id = randomUUID();
      await publish(customer.database, "sales.opportunity.created", { id, name: "Before" });
      const call = await aCall({ links: [{ type: "opportunity", id }] });
      await publish(customer.database, "sales.opportunity.updated", { id, name: "After" }, 2);
      await eventually(async () => {
        expect((await customer.get(`/v1/interactions/${call.id}`))["links"]).toMatchObject([{ name: "After" }]);
      });
    });
  });

  describe("POST /v1/interactions/bulk", () => {
    it("imports by external ids of the linked records, and changes nothing the second time", async () => {
      await customer.import("contacts", [
        { op: "create", data: { lastName: "Tucker", externalIds: [{ system: "zoho", id: "2440" }] } },
      ]);
      const leadId = randomUUID();
      await publish(customer.database, "sales.lead.created", {
        id: leadId,
        firstName: null,
        lastName: "Denson",
        externalIds: [{ system: "zoho", id: "4563" }],
      });
      const row = (id: string, links: object[]) => ({
        op: "upsert",
        matchBy: "externalId",
        data: { kind: "meeting", occurredAt: AT, createdAt: AT, links, externalIds: [{ system: "zoho", id }] },
      });
      const to = (type: string, id: string) => ({ type, id: { externalId: { system: "zoho", id } } });
      const rows = [
        row("5000309", [to("contact", "2440"), to("lead", "4563")]),
        row("5000310", [to("contact", "2440"), to("contact", "none")]),
        row("5000311", []),
      ];
      const results = await customer.import("interactions", rows);
      expect(results).toMatchObject([
        { outcome: "created" },
        { outcome: "failed", errors: [{ field: "links.1.id", code: "reference.unknown" }] },
        { outcome: "created" },
      ]);
      const { id } = results[0]!;
      expect(await customer.get(`/v1/interactions/${id}`)).toMatchObject({
        ownerId: null,
        createdAt: AT,
        links: [
          { type: "contact", name: "Tucker" },
          { type: "lead", id: leadId, name: "Denson" },
        ],
      });
      expect(await linksOf(id!)).toHaveLength(2);
      expect(await customer.import("interactions", rows.slice(0, 1))).toMatchObject([{ outcome: "unchanged", id }]);
    });
  });
});

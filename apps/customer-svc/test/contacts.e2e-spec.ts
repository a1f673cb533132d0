import { anOwner, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { insist, startCustomer, type Customer, type View } from "./customer.ts";

describe("contacts", () => {
  let customer: Customer;

  beforeAll(async () => {
    customer = await startCustomer();
  });

  afterAll(() => customer.close());

  const aContact = (data: object = {}, as = customer.admin) =>
    customer.create("contacts", { lastName: "王", ...data }, as);
  const anEmail = (value: string) => [{ kind: "email", value }];

  describe("POST /v1/contacts", () => {
    it("answers 201 with the person, his account and his contact points, and publishes what happened", async () => {
      const account = await customer.create("accounts", { name: "华星科技" });
      const contact = await aContact({
        firstName: "伟",
        title: "Purchasing",
        accountId: account.id,
        contactPoints: [
          { kind: "email", value: "Wang.Wei@Huaxing.example" },
          { kind: "phone", value: "805-247-8982" },
        ],
      });
      expect(contact).toMatchObject({
        firstName: "伟",
        lastName: "王",
        accountId: account.id,
        accountName: "华星科技",
        personId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        contactPoints: [
          { kind: "email", value: "wang.wei@huaxing.example", primary: true },
          { kind: "phone", value: "+18052478982", primary: true },
        ],
        version: 1,
      });
      expect(contact).not.toHaveProperty("email");
      const changed = expect.arrayContaining(["lastName", "personId", "contactPoints"]) as string[];
      expect(await customer.eventsOf(contact.id)).toEqual([["customer.contact.created", 1, changed]]);
      const { rows } = await customer.database.admin.query("SELECT name FROM customer.contact WHERE id = $1", [
        contact.id,
      ]);
      expect(rows).toEqual([{ name: "伟 王" }]);
    });

    it.each([
      [{ lastName: undefined }, 422, "lastName", "field.required"],
      [{ lastName: " " }, 422, "lastName", "field.required"],
      [{ firstName: 5 }, 400, "firstName", "field.type"],
      [{ accountId: randomUUID() }, 422, "accountId", "reference.unknown"],
      [{ personId: randomUUID() }, 400, "personId", "field.unknown"],
      [{ contactPoints: [{ kind: "email", value: "nobody" }] }, 422, "contactPoints.0.value", "email.invalid"],
      [{ contactPoints: [{ kind: "phone", value: "911" }] }, 422, "contactPoints.0.value", "phone.invalid"],
      [{ contactPoints: [{ kind: "fax", value: "1" }] }, 422, "contactPoints.0.kind", "field.vocabulary"],
      [{ contactPoints: [{ kind: "email", value: 5 }] }, 400, "contactPoints.0.value", "field.type"],
      [{ contactPoints: ["a@b.example"] }, 400, "contactPoints.0", "field.type"],
      [{ contactPoints: [{ kind: "email", value: "a@b.example", by: 1 }] }, 400, "contactPoints.0.by", "field.unknown"],
    ])("refuses %j with %i, naming %s with %s, and stores nothing", async (data, status, field, code) => {
      const count = () => customer.database.admin.query("SELECT count(*) FROM customer.outbox");
      const before = await count();
      const answer = await customer.service.request(customer.admin, "POST", "/v1/contacts", {
        body: { lastName: "王", ...data },
      });
      expect(answer).toMatchObject({ status, body: { errors: [{ field, code }] } });
      expect((await count()).rows).toEqual(before.rows);
    });

    it("refuses an account that the caller cannot see", async () => {
      const { id } = await customer.create("accounts", { name: "x" }, anOwner());
      const body = { lastName: "王", accountId: id };
      const answer = await customer.service.request(anOwner(), "POST", "/v1/contacts", { body });
      expect(answer).toMatchObject({
        status: 422,
        body: { code: "reference.unknown", errors: [{ field: "accountId" }] },
      });
    });
  });

  describe("PATCH /v1/contacts/:id", () => {
    it("replaces the contact points, and makes no event when they are the same", async () => {
      const { id } = await aContact({ contactPoints: anEmail("a@a.example") });
      const patch = (value: string) =>
        customer.service.request<View>(customer.admin, "PATCH", `/v1/contacts/${id}`, {
          body: { contactPoints: anEmail(value) },
        });
      expect((await patch("B@b.example")).body).toMatchObject({
        version: 2,
        contactPoints: [{ kind: "email", value: "b@b.example", primary: true }],
      });
      expect((await patch("b@b.example")).body.version).toBe(2);
      expect((await customer.eventsOf(id))[1]).toEqual(["customer.contact.updated", 2, ["contactPoints"]]);
      const history = await customer.list(`/v1/contacts/${id}/history`);
      expect(history.data[0]).toMatchObject({ field: "contactPoints", before: [{ value: "a@a.example" }] });
    });

    it("changes nothing when one contact point is bad", async () => {
      const { id } = await aContact();
      const answer = await customer.service.request(customer.admin, "PATCH", `/v1/contacts/${id}`, {
        body: { title: "x", contactPoints: anEmail("bad") },
      });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: "contactPoints.0.value" }] } });
      expect(await customer.get(`/v1/contacts/${id}`)).toMatchObject({ title: null, version: 1 });
    });

    it("loses no update of 30 at once", async () => {
      const { id } = await aContact();
      const send = (n: number) =>
        insist(() =>
          customer.service.request(customer.admin, "PATCH", `/v1/contacts/${id}`, { body: { title: `t${n}` } }),
        );
      await Promise.all(Array.from({ length: 30 }, (_, n) => send(n)));
      expect((await customer.get(`/v1/contacts/${id}`)).version).toBe(31);
    });
  });

  describe("GET /v1/contacts", () => {
    it("finds by any e-mail or phone, in whatever form it is asked for", async () => {
      const owner = anOwner();
      const points = [
        ...anEmail("one@a.example"),
        ...anEmail("two@a.example"),
        { kind: "phone", value: "+1 732 984 5010" },
      ];
      await aContact({ lastName: "Both", contactPoints: points }, owner);
      await aContact({ lastName: "None" }, owner);
      const found = async (query: string) =>
        (await customer.list(`/v1/contacts?${query}`, owner)).data.map((one) => one["lastName"]);
      expect(await found("filter[email]=TWO@a.example")).toEqual(["Both"]);
      expect(await found("filter[email][in]=x@a.example,one@a.example")).toEqual(["Both"]);
      expect(await found("filter[phone]=732-984-5010")).toEqual(["Both"]);
      expect(await found("filter[phone]=no-phone")).toEqual([]);
      expect(await found("filter[email][isNull]=true")).toEqual(["None"]);
      expect(await found("filter[phone][isNull]=false")).toEqual(["Both"]);
      expect(await found("filter[emailDomain]=A.example&count=exact")).toEqual(["Both"]);
      expect(await found("filter[emailDomain]=example")).toEqual([]);
      expect(await found("filter[phoneEnding]=984-5010")).toEqual(["Both"]);
      expect(await found("filter[phoneEnding][in]=9845011,17329845010")).toEqual(["Both"]);
      for (const query of [
        "filter[email][contains]=a",
        "filter[phone][startsWith]=1",
        "filter[emailDomain][ne]=a.example",
        "filter[phoneEnding][isNull]=true",
        "sort=email",
        "sort=-contactPoints",
      ]) {
        const refused = await customer.service.request(owner, "GET", `/v1/contacts?${query}`);
        expect(refused).toMatchObject({ status: 400, body: { code: "field.encrypted" } });
      }
    });

    it("shows a caller what is his, and the name of an account only where he may see it", async () => {
      const owner = anOwner();
      const account = await customer.create("accounts", { name: "Hidden" });
      const { id } = await aContact({ accountId: account.id });
      await publish(customer.database, "identity.user.activated", { id: owner.id, name: "Li Na" });
      const body = { ownerId: owner.id };
      const moved = await customer.service.request(customer.admin, "POST", `/v1/contacts/${id}/owner`, { body });
      expect(moved).toMatchObject({ status: 200, body: { ownerName: "Li Na", version: 2 } });
      expect((await customer.eventsOf(id))[1]).toEqual(["customer.contact.owner-changed", 2, ["ownerId"]]);
      const { data } = await customer.list("/v1/contacts", owner);
      expect(data).toMatchObject([{ id, accountId: account.id, accountName: null }]);
      expect((await customer.list("/v1/contacts", anOwner())).data).toEqual([]);
      for (const [method, path, body] of [
        ["GET", ""],
        ["PATCH", "", { title: "x" }],
        ["DELETE", ""],
        ["GET", "/history"],
      ] as const) {
        const answer = await customer.service.request(anOwner(), method, `/v1/contacts/${id}${path}`, { body });
        expect(answer.status).toBe(404);
      }
    });
  });

  describe("A44: encrypted contact points", () => {
    const read = (path: string) => customer.service.request(customer.admin, "GET", `/v1/contacts${path}`);

    it.each([
      ["moved to another row", "SELECT contact_points FROM customer.contact WHERE id = $2"],
      ["changed by one letter", "SELECT regexp_replace(contact_points, '[^A](.{9})$', 'A\\1') WHERE $2 IS NOT NULL"],
      [
        "sealed with a key that is not there",
        "SELECT 'AAAAAAAAAAAAAAAA' || substr(contact_points, 17) WHERE $2 IS NOT NULL",
      ],
      ["plain", `SELECT '[{"kind":"email","value":"thief@a.example"}]' WHERE $2 IS NOT NULL`],
    ])("that are %s are refused with 500, in lists and changes too, and no value is told", async (_what, source) => {
      const one = await aContact({ contactPoints: anEmail("tampered@a.example") });
      const other = await aContact({ contactPoints: anEmail("untouched@a.example") });
      const { rows } = await customer.database.admin.query<{ before: string }>(
        "SELECT contact_points AS before FROM customer.contact WHERE id = $1",
        [one.id],
      );
      await customer.database.admin.query(
        `UPDATE customer.contact SET contact_points = (${source}) WHERE id = $1::uuid`.replace("$2 IS", "$2::uuid IS"),
        [one.id, other.id],
      );
      const change = { body: { title: "x" } };
      const answers = [
        await read(`/${one.id}`),
        await read("?filter[email]=tampered@a.example"),
        await customer.service.request(customer.admin, "PATCH", `/v1/contacts/${one.id}`, change),
      ];
      expect(answers).toMatchObject(answers.map(() => ({ status: 500, body: { code: "internal" } })));
      expect(JSON.stringify(answers)).not.toMatch(/a\.example|AAAA/);
      expect((await read(`/${other.id}`)).body).toMatchObject({ contactPoints: [{ value: "untouched@a.example" }] });
      const repair = "UPDATE customer.contact SET contact_points = $2 WHERE id = $1";
      await customer.database.admin.query(repair, [one.id, rows[0]!.before]);
      expect((await read(`/${one.id}`)).body).toMatchObject({ contactPoints: [{ value: "tampered@a.example" }] });
    });
  });

  describe("DELETE /v1/contacts/:id and POST /v1/contacts/:id/restore", () => {
    it("takes it out of sight and brings it back", async () => {
      const { id } = await aContact();
      const send = (method: string, path: string) =>
        customer.service.request(customer.admin, method, `/v1/contacts/${id}${path}`);
      expect((await send("DELETE", "")).status).toBe(204);
      expect((await send("GET", "")).status).toBe(404);
      expect(await send("POST", "/restore")).toMatchObject({ status: 200, body: { id, version: 3 } });
      const types = (await customer.eventsOf(id)).map(([type]) => type);
      expect(types).toEqual(["customer.contact.created", "customer.contact.deleted", "customer.contact.restored"]);
    });
  });

  describe("POST /v1/contacts/bulk", () => {
    const row = (id: string, data: object) => ({
      op: "upsert",
      matchBy: "externalId",
      data: { externalIds: [{ system: "zoho", id }], ...data },
    });

    it("imports contacts with their person, time and account, and changes nothing the second time", async () => {
      await customer.import("accounts", [row("386", { name: "Imported" })]);
      const personId = randomUUID();
      const rows = [
        row("2585", {
          lastName: "Tucker",
          personId,
          createdAt: "2021-04-16T00:02:00Z",
          accountId: { externalId: { system: "zoho", id: "386" } },
          source: "Partner",
          contactPoints: [...anEmail("BeckiTTucker@dayrep.com"), { kind: "phone", value: "805-247-8982" }],
        }),
        row("2586", { lastName: "Lost", accountId: { externalId: { system: "zoho", id: "1093" } } }),
        row("2587", { contactPoints: anEmail("a@b.example") }),
        row("2588", { lastName: "Bad", contactPoints: [{ kind: "phone", value: "12" }] }),
      ];
      const first = await customer.import("contacts", rows);
      expect(first).toMatchObject([
        { outcome: "created" },
        { outcome: "failed", errors: [{ field: "accountId", code: "reference.unknown" }] },
        { outcome: "failed", errors: [{ field: "lastName", code: "field.required" }] },
        { outcome: "failed", errors: [{ field: "contactPoints.0.value", code: "phone.invalid" }] },
      ]);
      const id = first[0]!.id!;
      expect(await customer.get(`/v1/contacts/${id}`)).toMatchObject({
        personId,
        accountName: "Imported",
        createdAt: "2021-04-16T00:02:00.000Z",
        ownerId: null,
        contactPoints: [{ value: "beckittucker@dayrep.com" }, { value: "+18052478982" }],
      });
      expect(await customer.import("contacts", rows.slice(0, 1))).toMatchObject([{ outcome: "unchanged", id }]);
      expect(await customer.eventsOf(id)).toHaveLength(1);
    });
  });
});

import { anAdministrator, anOwner, eventually, publish, type TestCaller } from "@kehu/testing";
import fc from "fast-check";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer } from "./customer.ts";

const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString();

describe("timelines", () => {
  let customer: Customer;

  beforeAll(async () => {
    customer = await startCustomer();
  });

  afterAll(() => customer.close());

  const anAccount = async () => (await customer.create("accounts", { name: "华星科技" })).id;
  const aContact = async (accountId: string | null = null) =>
    (await customer.create("contacts", { lastName: "王", accountId })).id;
  const aCall = async (links: object[], occurredAt: string, as = customer.admin, data: object = {}) =>
    (await customer.create("interactions", { kind: "call", occurredAt, links, ...data }, as)).id;
  const aTask = async (links: object[], data: object, as = customer.admin) =>
    (await customer.create("tasks", { subject: "t", links, ...data }, as)).id;
  const account = (id: string) => ({ type: "account", id });
  const contact = (id: string) => ({ type: "contact", id });
  const idsOf = async (path: string, as?: TestCaller) => (await customer.list(path, as)).data.map(({ id }) => id);

  describe("GET /v1/contacts/:id/timeline", () => {
    it("shows interactions and tasks by their time, newest first, with what they are", async () => {
      const id = await aContact();
      await publish(customer.database, "identity.user.activated", { id: customer.admin.id, name: "Li Na" });
      await eventually(async () => {
        const { rows } = await customer.database.admin.query("SELECT 1 FROM customer.user_copy WHERE id = $1", [
          customer.admin.id,
        ]);
        expect(rows).toHaveLength(1);
      });
      const old = await aCall([contact(id)], day(1), customer.admin, { subject: "First", direction: "inbound" });
      const task = await aTask([contact(id)], { subject: "Offer", dueAt: day(5) });
      const young = await aCall([contact(id)], day(9));
      const { data, page } = await customer.list(`/v1/contacts/${id}/timeline`);
      expect(page).toEqual({ nextCursor: null, hasMore: false });
      expect(data).toEqual([
        expect.objectContaining({ type: "interaction", id: young, at: day(9), kind: "call", subject: null }),
        {
          type: "task",
          id: task,
          at: day(5),
          subject: "Offer",
          status: "open",
          dueAt: day(5),
          completedAt: null,
          ownerId: customer.admin.id,
          ownerName: "Li Na",
        },
        expect.objectContaining({ type: "interaction", id: old, at: day(1), subject: "First", direction: "inbound" }),
      ]);
    });

    it("shows no other's, and nothing that is deleted or linked no more", async () => {
      const [id, other] = [await aContact(), await aContact()];
      const kept = await aCall([contact(id), contact(other)], day(1));
      const gone = await aCall([contact(id)], day(2));
      const moved = await aCall([contact(id)], day(3));
      await customer.service.request(customer.admin, "DELETE", `/v1/interactions/${gone}`);
      await customer.service.request(customer.admin, "PATCH", `/v1/interactions/${moved}`, {
        body: { links: [contact(other)] },
      });
      expect(await idsOf(`/v1/contacts/${id}/timeline`)).toEqual([kept]);
      expect(await idsOf(`/v1/contacts/${other}/timeline`)).toEqual([moved, kept]);
    });

    it("puts a completed task where it was completed, and back", async () => {
      const id = await aContact();
      const task = await aTask([contact(id)], { dueAt: day(1) });
      const at = async () => (await customer.list(`/v1/contacts/${id}/timeline`)).data[0]!["at"];
      await customer.service.request(customer.admin, "POST", `/v1/tasks/${task}/complete`);
      expect(await at()).toBe((await customer.get(`/v1/tasks/${task}`))["completedAt"]);
      await customer.service.request(customer.admin, "POST", `/v1/tasks/${task}/reopen`);
      expect(await at()).toBe(day(1));
    });
  });

  describe("GET /v1/accounts/:id/timeline", () => {
    it("shows also what is linked to its contacts, each entry once", async () => {
      const id = await anAccount();
      const [his, hers, deleted, stranger] = [
        await aContact(id),
        await aContact(id),
        await aContact(id),
        await aContact(),
      ];
      const expected = [
        await aCall([contact(hers)], day(7)),
        await aCall([account(id)], day(6)),
        await aTask([contact(his)], { dueAt: day(5) }),
        await aCall([account(id), contact(his), contact(hers)], day(4)),
      ];
      await aCall([contact(stranger)], day(3));
      await aCall([contact(deleted)], day(2));
      await customer.service.request(customer.admin, "DELETE", `/v1/contacts/${deleted}`);
      expect(await idsOf(`/v1/accounts/${id}/timeline`)).toEqual(expected);
    });

    it("pages through entries of one moment without a gap or a repetition, while others are added", async () => {
      const id = await anAccount();
      const his = await aContact(id);
      const made = new Set<string>();
      for (let n = 0; n < 12; n++) {
        const links = n % 2 ? [contact(his)] : [account(id), contact(his)];
        made.add(n % 3 ? await aCall(links, day(1 + (n % 2))) : await aTask(links, { dueAt: day(2) }));
      }
      const seen: string[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const { data, page } = await customer.list(
          `/v1/accounts/${id}/timeline?limit=5${cursor && `&cursor=${cursor}`}`,
        );
        seen.push(...data.map((entry) => entry.id));
        cursor = page.nextCursor;
        await aCall([account(id)], day(20));
      }
      expect(seen).toHaveLength(12);
      expect(new Set(seen)).toEqual(made);
    });

    it("shows each kind within the scope of its own permission, and leaves out one without a grant", async () => {
      const id = await anAccount();
      const owner = anOwner();
      await customer.create("accounts", { name: "Readable" });
      const all: TestCaller = { id: owner.id, grants: anAdministrator().grants };
      const mine = await aCall([account(id)], day(1), all);
      const mineToo = await aTask([account(id)], { dueAt: day(2) }, all);
      const theirs = await aCall([account(id)], day(3));
      const theirsToo = await aTask([account(id)], { dueAt: day(4) });
      const seen = (grants: TestCaller["grants"]) =>
        idsOf(`/v1/accounts/${id}/timeline`, { id: owner.id, grants: { "customer.account.read": "all", ...grants } });
      expect(await seen({ "customer.interaction.read": "all", "customer.task.read": "all" })).toEqual([
        theirsToo,
        theirs,
        mineToo,
        mine,
      ]);
      expect(await seen({ "customer.interaction.read": "own", "customer.task.read": "all" })).toEqual([
        theirsToo,
        mineToo,
        mine,
      ]);
      expect(await seen({ "customer.task.read": "own" })).toEqual([mineToo]);
      expect(await seen({})).toEqual([]);
    });

    it("is not there for who may not see the account", async () => {
      const id = await anAccount();
      await aCall([account(id)], day(1));
      const answer = await customer.service.request(anOwner(), "GET", `/v1/accounts/${id}/timeline`);
      expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
      const absent = await customer.service.request(customer.admin, "GET", `/v1/accounts/${randomUUID()}/timeline`);
      expect(absent.status).toBe(404);
    });

    it.each([
      ["limit=0", "query.invalid"],
      ["limit=201", "query.invalid"],
      ["sort=at", "query.invalid"],
      ["filter[kind]=call", "query.invalid"],
      ["limit=1&limit=2", "query.invalid"],
      ["cursor=x.y", "cursor.invalid"],
    ])("refuses %s with 400 %s", async (query, code) => {
      const id = await anAccount();
      const answer = await customer.service.request(customer.admin, "GET", `/v1/accounts/${id}/timeline?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { code } });
    });

    it("refuses a cursor of another caller or another record", async () => {
      const [id, other] = [await anAccount(), await anAccount()];
      for (const n of [1, 2]) await aCall([account(id)], day(n));
      const { page } = await customer.list(`/v1/accounts/${id}/timeline?limit=1`);
      for (const [caller, of] of [
        [anAdministrator(), id],
        [customer.admin, other],
      ] as const) {
        const path = `/v1/accounts/${of}/timeline?limit=1&cursor=${page.nextCursor}`;
        const answer = await customer.service.request(caller, "GET", path);
        expect(answer).toMatchObject({ status: 400, body: { code: "cursor.invalid" } });
      }
    });
  });

  it("shows the same in pages of any size", async () => {
    const id = await anAccount();
    const his = await aContact(id);
    for (let n = 0; n < 9; n++) await aCall([n % 2 ? contact(his) : account(id)], day(1 + (n % 4)));
    const whole = await idsOf(`/v1/accounts/${id}/timeline`);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10 }), async (limit) => {
        const seen: string[] = [];
        for (let cursor: string | null = ""; cursor !== null;) {
          const path: string = `/v1/accounts/${id}/timeline?limit=${limit}${cursor && `&cursor=${cursor}`}`;
          const { data, page } = await customer.list(path);
          seen.push(...data.map((entry) => entry.id));
          cursor = page.nextCursor;
        }
        expect(seen).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });
});

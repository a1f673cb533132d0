import { eventually } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { untilLevel } from "../migrate/engine/freshness.ts";
import { Company, type Handover } from "./company.ts";
import { Kehu } from "./faults/support/kehu.ts";
import { Person } from "./faults/support/person.ts";

const START_MS = 240_000;
const LONG_MS = 120_000;
const SALES = "01980000-0000-7000-8000-000000000003";

/** How many records of each resource, as a preview or the end of a handover says. */
const sum = ({ services }: Handover, of: "owned" | "done" | "remaining"): Record<string, number> =>
  Object.fromEntries(services.flatMap(({ resources }) => resources.map((one) => [one.resource, one[of] ?? -1])));

describe("who leaves the company, and who may do what, through the whole system", () => {
  let kehu: Kehu;
  let company: Company;
  let admin: Person;

  beforeAll(async () => {
    kehu = await Kehu.start();
    admin = await Person.signIn(kehu.url);
    company = new Company(kehu.url, admin);
  }, START_MS);
  afterAll(() => kehu.remove(), START_MS);

  /** Records of every resource that people own. */
  async function everything(ownerId: string): Promise<Record<string, string[]>> {
    const made: Record<string, string[]> = {};
    const add = async (resource: string, count: number, data: object) =>
      (made[resource] = await company.records(resource, count, { ...data, ownerId }));
    await add("accounts", 4, { name: "华星" });
    await add("contacts", 3, { lastName: "王" });
    await add("interactions", 2, { kind: "note", occurredAt: "2026-03-01T09:00:00Z" });
    await add("tasks", 5, { subject: "Call back" });
    await add("leads", 6, { lastName: "赵" });
    await add("opportunities", 2, { name: "Deal", accountId: made["accounts"]![0] });
    await add("tickets", 3, { subject: "Broken" });
    const [campaignId] = await add("campaigns", 1, { name: "Spring" });
    await add("campaign-members", 2, { campaignId, name: "孙" });
    return made;
  }

  const previewOf = (userId: string, body: object) =>
    admin.ask<Handover>("POST", `/v1/users/${userId}/handover`, { ...body, preview: true });
  const begin = (userId: string, body: object, key: string = randomUUID()) =>
    admin.ask<Handover>("POST", `/v1/users/${userId}/handover`, body, { "idempotency-key": key });
  const untilDone = (userId: string, id: string) =>
    eventually(async () => {
      const handover = await company.handover(userId, id);
      return handover.done && handover;
    }, LONG_MS) as Promise<Handover>;

  it(
    "moves everything in all services to the new owner, as the preview said, once, with events and entries",
    async () => {
      const leaver = await company.user([SALES]);
      const heir = await company.user([SALES]);
      const made = await everything(leaver.id);
      await admin.done("POST", `/v1/users/${leaver.id}/suspend`);
      await untilLevel(kehu.client, LONG_MS);
      const expected = Object.fromEntries(Object.entries(made).map(([resource, ids]) => [resource, ids.length]));

      const preview = await previewOf(leaver.id, { toUserId: heir.id });
      expect(preview.status).toBe(200);
      expect(sum(preview.body, "owned")).toEqual(expected);

      const key = randomUUID();
      const first = await begin(leaver.id, { toUserId: heir.id }, key);
      expect(first.status).toBe(202);
      expect((await begin(leaver.id, { toUserId: heir.id }, key)).text).toBe(first.text);
      const done = await untilDone(leaver.id, first.body.id);
      expect(sum(done, "done")).toEqual(expected);
      expect(Object.values(sum(done, "remaining")).every((count) => count === 0)).toBe(true);

      for (const [resource, ids] of Object.entries(made)) {
        for (const id of ids) {
          const record = await admin.done<{ ownerId: string; version: number }>("GET", `/v1/${resource}/${id}`);
          expect({ resource, ownerId: record.ownerId }).toEqual({ resource, ownerId: heir.id });
        }
      }
      await untilLevel(kehu.client, LONG_MS);
      const entries = await admin.done<{ data: { record: { id: string } }[] }>(
        "GET",
        `/v1/audit-entries?limit=200&action=customer.account.owner-changed`,
      );
      expect(entries.data.map(({ record }) => record.id).sort()).toEqual([...made["accounts"]!].sort());
      const [asked] = (
        await admin.done<{ data: object[] }>("GET", "/v1/audit-entries?action=identity.user.handed-over")
      ).data;
      expect(asked).toMatchObject({ record: { id: leaver.id }, actor: { type: "user" } });

      // His by now, though he may not read it.
      expect((await heir.person.ask("GET", `/v1/tickets/${made["tickets"]![0]}`)).status).toBe(403);
      expect((await heir.person.ask("GET", `/v1/accounts/${made["accounts"]![0]}`)).status).toBe(200);
      // In numbers, too, once their events have arrived.
      const owners = await kehu.api.groups("account-count", "owner");
      expect(owners[heir.id]).toBe(4);
      expect(owners[leaver.id]).toBeUndefined();

      const second = await begin(leaver.id, { toUserId: heir.id });
      const nothing = await untilDone(leaver.id, second.body.id);
      expect(Object.values(sum(nothing, "done")).every((count) => count === 0)).toBe(true);
    },
    LONG_MS,
  );

  it(
    "names a service that is away as unknown, and the service moves its part when it is back",
    async () => {
      const leaver = await company.user([SALES]);
      const team = await company.team("华南");
      const leads = await company.records("leads", 3, { lastName: "赵", ownerId: leaver.id });
      await untilLevel(kehu.client, LONG_MS);
      const { id } = await kehu.whilePaused("sales", async () => {
        const { body } = await previewOf(leaver.id, { toTeamId: team });
        expect(body.services.map(({ service, status }) => [service, status])).toContainEqual(["sales", "unknown"]);
        expect(sum(body, "owned")).toMatchObject({ accounts: 0 });
        expect(sum(body, "owned")).not.toHaveProperty("leads");
        const made = (await begin(leaver.id, { toTeamId: team, resources: ["leads"] })).body;
        expect(await company.handover(leaver.id, made.id)).toMatchObject({
          done: false,
          services: [{ service: "sales", status: "unknown" }],
        });
        return made;
      });
      expect(sum(await untilDone(leaver.id, id), "done")).toEqual({ leads: 3 });
      expect(await admin.done("GET", `/v1/leads/${leads[0]}`)).toMatchObject({ ownerId: null, teamId: team });
    },
    LONG_MS,
  );

  describe("GET /v1/users/:id/permissions/explain?record=", () => {
    const WRITE = "customer.account.write";
    let people: Record<string, { id: string; person: Person }>;
    let east: string;
    let account: string;

    const explain = (of: string, record: string, as = admin, permission = WRITE) =>
      as.ask<Record<string, unknown> & { code: string }>(
        "GET",
        `/v1/users/${people[of]!.id}/permissions/explain?permission=${permission}&record=${record}`,
      );
    /** The parts of an explanation that a test looks at. */
    const ofAccount = async (of: string) => {
      const { status, body } = await explain(of, `accounts/${account}`);
      expect(status).toBe(200);
      const { allowed, reason, scope, record } = body as unknown as {
        [field: string]: unknown;
        record: { read: { by: string }; permission: { by: string; collaborators: object[] } };
      };
      return { allowed, reason, scope, read: record.read.by, by: record.permission.by };
    };

    beforeAll(async () => {
      const both = (scope: string) => ({ "identity.user.read": "all", "customer.account.read": scope, [WRITE]: scope });
      const [own, team, subtree] = [
        await company.role("Own", both("own")),
        await company.role("Team", both("team")),
        await company.role("Below", both("subtree")),
      ];
      const readAll = await company.role("Reads all", { ...both("own"), "customer.account.read": "all" });
      const writeAll = await company.role("Writes all", { ...both("own"), [WRITE]: "all" });
      const head = await company.team("Head");
      east = await company.team("East", head);
      people = {
        li: await company.user([own], east),
        wang: await company.user([team], east),
        boss: await company.user([subtree], head),
        stranger: await company.user([own]),
        reader: await company.user([readAll]),
        writer: await company.user([writeAll]),
        guest: await company.user([own]),
        nobody: await company.user([]),
        gone: await company.user([team], east),
        keeper: await company.user([await company.role("All", both("all"))]),
      };
      await admin.done("POST", `/v1/users/${people["gone"]!.id}/suspend`);
      [account] = (await company.records("accounts", 1, { name: "华星", ownerId: people["li"]!.id })) as [string];
      await admin.done("PUT", `/v1/accounts/${account}/collaborators/user/${people["guest"]!.id}`, { access: "write" });
      await untilLevel(kehu.client, LONG_MS);
    }, LONG_MS);

    it("says by whose rule each reaches the record, as the record's own service judges", async () => {
      const yes = { allowed: true, reason: null };
      expect(await ofAccount("li")).toEqual({ ...yes, scope: "own", read: "owner", by: "owner" });
      expect(await ofAccount("wang")).toEqual({ ...yes, scope: "team", read: "team", by: "team" });
      expect(await ofAccount("boss")).toEqual({ ...yes, scope: "subtree", read: "subtree", by: "subtree" });
      expect(await ofAccount("keeper")).toEqual({ ...yes, scope: "all", read: "all", by: "all" });
      expect(await ofAccount("guest")).toEqual({ ...yes, scope: "own", read: "shared", by: "shared" });
      const { body } = await explain("guest", `accounts/${account}`);
      expect(body["record"]).toMatchObject({
        permission: { collaborators: [{ type: "user", id: people["guest"]!.id, access: "write" }] },
      });
    });

    it("says why not: no role, out of scope, not to be read, suspended", async () => {
      expect(await ofAccount("nobody")).toMatchObject({ allowed: false, reason: "no-role", scope: null, by: null });
      expect(await ofAccount("stranger")).toMatchObject({ allowed: false, reason: "not-in-scope", read: null });
      expect(await ofAccount("reader")).toMatchObject({
        allowed: false,
        reason: "not-in-scope",
        read: "all",
        by: null,
      });
      expect(await ofAccount("writer")).toMatchObject({
        allowed: false,
        reason: "not-readable",
        read: null,
        by: "all",
      });
      expect(await ofAccount("gone")).toMatchObject({ allowed: false, reason: "user-suspended", by: "team" });
      for (const [name, says] of [
        ["stranger", 404],
        ["reader", 403],
        ["writer", 404],
        ["li", 200],
      ] as const) {
        const { status } = await people[name]!.person.ask("PATCH", `/v1/accounts/${account}`, { industry: name });
        expect({ name, status }).toEqual({ name, status: says });
      }
    });

    it("tells nobody of a record that he may not read himself", async () => {
      const { person } = people["stranger"]!;
      const hidden = await explain("li", `accounts/${account}`, person);
      const absent = await explain("li", `accounts/${randomUUID()}`, person);
      const bare = ({ body }: typeof hidden) => ({ ...body, traceId: "", instance: "" });
      expect([hidden.status, absent.status]).toEqual([404, 404]);
      expect(bare(hidden)).toEqual(bare(absent));
      const mine = await person.ask("GET", `/v1/me/permissions/explain?permission=${WRITE}&record=accounts/${account}`);
      expect(mine.status).toBe(404);
      expect((await explain("li", `accounts/${account}`, people["wang"]!.person)).status).toBe(200);
      const noReader = await explain("li", `leads/${randomUUID()}`, people["wang"]!.person, "sales.lead.write");
      expect(noReader.status).toBe(404);
    });

    it("knows the pool of a team", async () => {
      await admin.done("POST", `/v1/accounts/${account}/owner`, { teamId: east });
      expect(await ofAccount("wang")).toMatchObject({ allowed: true, by: "pool" });
      expect(await ofAccount("boss")).toMatchObject({ allowed: true, by: "pool" });
      expect(await ofAccount("li")).toMatchObject({ allowed: false, reason: "not-in-scope" });
    });
  });
});

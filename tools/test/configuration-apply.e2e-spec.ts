import { eventually } from "@kehu/testing";
import { Arranged, arrange, HEAD, inWords, STAGES, type File } from "./configuration/arranged.ts";

const START_MS = 240_000;
const LONG_MS = 120_000;

describe("a configuration that is applied", () => {
  let target: Arranged;
  let file: File;

  beforeAll(async () => {
    target = await Arranged.start();
    await arrange(target.admin);
    file = JSON.parse(await target.text()) as File;
  }, START_MS);
  afterAll(() => target.remove(), START_MS);

  it("A21 reaches no further than who asks, and says what he does not see", async () => {
    const grants = {
      "identity.configuration.read": "all",
      "identity.configuration.write": "all",
      "identity.settings.read": "all",
      "identity.role.read": "all",
      "identity.role.write": "all",
      "sales.lead.read": "own",
      "sales.field.read": "all",
      "service-desk.queue.read": "all",
    };
    const roleId = await target.company.role("Half an administrator", grants);
    const { id, person } = await target.company.user([roleId]);
    const seen = JSON.parse((await person.ask("GET", "/v1/configuration")).text) as File;
    expect(seen).toMatchObject({ fields: [], pipelines: [], views: [] });
    expect(seen.settings).toEqual(file.settings);
    expect(seen.queues).toEqual(file.queues);
    expect(seen.leftOut.map(({ section, reason }) => `${section}: ${reason}`)).toEqual(
      expect.arrayContaining([
        "fields: Fields of customer: this needs the permission customer.field.read.",
        "pipelines: This needs the permission sales.pipeline.read.",
        "views: Views of accounts: this needs the permission customer.account.read.",
      ]),
    );
    const other = {
      ...HEAD,
      settings: { fiscalYearStart: 7 },
      fields: file.fields,
      pipelines: file.pipelines,
      queues: [{ name: "Theirs" }],
      roles: [
        { name: "More", grants: { "sales.lead.read": "team" } },
        { name: "As much", grants: { "sales.lead.read": "own" } },
      ],
      views: [{ resource: "leads", name: "Theirs", visibility: "everyone" }],
    };
    const { token, differences } = await target.compare(other, person);
    expect(differences.map(inWords)).toEqual([
      "settings | conflict | company | permission.denied",
      "fields | conflict | accounts.region | permission.denied",
      "fields | conflict | accounts.seats | permission.denied",
      "fields | conflict | accounts.sector | permission.denied",
      "fields | conflict | tickets.customerId | permission.denied",
      "pipelines | conflict | Partners | permission.denied",
      "pipelines | conflict | Sales | permission.denied",
      "queues | conflict | Theirs | permission.denied",
      "queues | only-here | Second line | name,description",
      "queues | only-here | 一线 | name,description",
      "roles | create | As much | name,grants",
      "roles | conflict | More | role.beyond-own",
      "roles | only-here | Half an administrator | name,grants,fieldRules",
      "roles | only-here | 组长 | name,grants,fieldRules",
      "views | conflict | leads / everyone / Theirs | permission.denied",
    ]);
    const { body } = await target.apply(other, token, { skipConflicts: true }, person);
    expect(body).toMatchObject({ done: true, counts: { done: 1, failed: 0, skipped: 10 } });
    const [role] = (await person.done<{ data: { id: string }[] }>("GET", "/v1/roles?filter[name]=As%20much")).data;
    expect(await person.done("GET", `/v1/roles/${role!.id}/history`)).toMatchObject({
      data: [{ event: "identity.role.created", actor: { type: "user", id } }],
    });
  });

  it("A08 neither shows nor changes what a role closes a field of", async () => {
    const names = [
      "identity.configuration.read",
      "sales.pipeline.read",
      "sales.pipeline.write",
      "service-desk.queue.read",
    ];
    const { id } = await target.admin.done<{ id: string }>("POST", "/v1/roles", {
      name: "Not everything",
      grants: Object.fromEntries(names.map((name) => [name, "all"])),
      fieldRules: { "service-desk.queue": { description: "hidden" }, "sales.pipeline": { stages: "read-only" } },
    });
    const { person } = await target.company.user([id]);
    const seen = JSON.parse((await person.ask("GET", "/v1/configuration")).text) as File;
    expect([seen.queues, seen.pipelines]).toEqual([[], file.pipelines]);
    const reason = "The field description of service-desk.queue is closed to you.";
    expect(seen.leftOut).toContainEqual({ section: "queues", key: null, reason });
    const { differences } = await target.compare(
      { ...HEAD, queues: file.queues, pipelines: [{ name: "More", stages: STAGES }] },
      person,
    );
    expect(differences.map(inWords)).toEqual([
      "pipelines | conflict | More | field.closed",
      "pipelines | only-here | Partners | name,isDefault,stages",
      "pipelines | only-here | Sales | name,isDefault,stages",
      "queues | conflict | Second line | field.closed",
      "queues | conflict | 一线 | field.closed",
    ]);
  });

  it("with conflicts changes nothing, unless they are to be skipped", async () => {
    const other: Partial<File> = {
      ...HEAD,
      queues: [{ name: "Conflicts" }],
      roles: [{ name: "Administrator", grants: {} }],
    };
    const { token } = await target.compare(other);
    const before = await target.written();
    const refused = await target.apply(other, token);
    expect(refused).toMatchObject({ status: 409, body: { code: "configuration.conflicts" } });
    expect(refused.body.conflicts!.map(inWords)).toEqual(["roles | conflict | Administrator | role.built-in"]);
    expect(await target.written()).toEqual(before);
    const skipped = await target.apply(other, token, { skipConflicts: true });
    expect(skipped.body).toMatchObject({ done: true, counts: { done: 1, skipped: 1 } });
    expect(await target.admin.done("GET", "/v1/queues?filter[name]=Conflicts")).toMatchObject({
      data: [{ version: 1 }],
    });
  });

  it("is not applied where the file or the install is not what was compared", async () => {
    const other = { ...HEAD, queues: [{ name: "Seen", description: "one" }] };
    const { token } = await target.compare(other);
    const otherwise = { ...HEAD, queues: [{ name: "Seen", description: "another" }] };
    const changedCode = { status: 409, body: { code: "configuration.changed" } };
    expect(await target.apply(otherwise, token)).toMatchObject(changedCode);
    expect(await target.apply(other, "none")).toMatchObject(changedCode);
    await target.admin.done("POST", "/v1/queues", { name: "Seen", description: "theirs" });
    expect(await target.apply(other, token)).toMatchObject(changedCode);
    // What stays as it is does not matter.
    const { token: again } = await target.compare(other);
    await target.admin.done("POST", "/v1/queues", { name: "Unseen" });
    expect(await target.apply(other, again)).toMatchObject({ status: 200, body: { counts: { done: 1 } } });
  });

  it("tells what is refused, and goes on with the rest", async () => {
    const pipeline = (name: string, stage: string) => ({
      name,
      stages: [
        { name: stage, category: "open", probability: 10 },
        { name: "Won", category: "won", probability: 100 },
        { name: "Lost", category: "lost", probability: 0 },
      ],
    });
    await target.admin.done("POST", "/v1/pipelines", pipeline("In use", "First"));
    const { data } = await target.admin.done<{ data: { id: string }[] }>("GET", "/v1/pipelines?filter[name]=In%20use");
    const account = await target.admin.done<{ id: string }>("POST", "/v1/accounts", { name: "华星" });
    const deal = { name: "Deal", accountId: account.id, pipelineId: data[0]!.id, stage: "First" };
    await target.admin.done("POST", "/v1/opportunities", deal);
    const other = { ...HEAD, pipelines: [pipeline("In use", "Begin"), pipeline("Later", "Begin")] };
    const { token } = await target.compare(other);
    expect((await target.apply(other, token)).body).toMatchObject({
      done: true,
      outcomes: [
        { key: "In use", outcome: "failed", reason: { code: "pipeline.stage-in-use" } },
        { key: "Later", outcome: "done", reason: null },
      ],
    });
  });

  it("changes the pipeline that was the default until now, too", async () => {
    const other = {
      ...HEAD,
      pipelines: [
        { name: "New default", isDefault: true, stages: STAGES },
        { name: "Partners", isDefault: false, stages: STAGES },
      ],
    };
    const { token, differences } = await target.compare(other);
    expect(differences.map(inWords)).toEqual(
      expect.arrayContaining([
        "pipelines | update | New default | isDefault",
        "pipelines | update | Partners | stages",
      ]),
    );
    expect((await target.apply(other, token)).body).toMatchObject({ done: true, counts: { done: 3, failed: 0 } });
    expect((await target.compare(other)).counts).toMatchObject({ create: 0, update: 0, conflict: 0 });
  });

  it(
    "goes on where it was after a kill -9 of the gateway, and of a service, with the same request",
    async () => {
      const many = Array.from({ length: 400 }, (_, at) => ({ name: `Queue ${String(at).padStart(3, "0")}` }));
      const other = { ...HEAD, queues: many };
      const { token } = await target.compare(other);
      const count = () => target.kehu.api.count("queues?q=Queue");
      const cut = target.apply(other, token).catch(() => null);
      await eventually(async () => expect(await count()).toBeGreaterThan(0), 30_000);
      await target.kehu.strike("gateway");
      expect(await cut).toBeNull();
      const after = await eventually(() => count(), LONG_MS);
      expect(after).toBeLessThan(many.length);

      const again = target.apply(other, token).catch(() => null);
      await eventually(async () => expect(await count()).toBeGreaterThan(after), LONG_MS);
      await target.kehu.strike("service-desk");
      expect((await again)?.body.done).not.toBe(true);

      await eventually(async () => {
        const { status, body } = await target.apply(other, token);
        expect([status, body.done]).toEqual([200, true]);
      }, LONG_MS);
      expect(await count()).toBe(many.length);
      expect((await target.compare(other)).counts).toMatchObject({ create: 0, update: 0, conflict: 0 });
    },
    2 * LONG_MS,
  );

  it("is applied by one at a time", async () => {
    const other = { ...HEAD, queues: Array.from({ length: 20 }, (_, at) => ({ name: `Twin ${at}` })) };
    const { token } = await target.compare(other);
    const answers = await Promise.all(Array.from({ length: 4 }, () => target.apply(other, token)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.every(({ body }) => body.code === "configuration.being-applied")).toBe(true);
    expect(refused.length).toBeLessThan(4);
    expect(await target.kehu.api.count("queues?q=Twin")).toBe(20);
  });
});

import { ADMINISTRATOR, Arranged, arrange, HEAD, ID, inWords, label, type File } from "./configuration/arranged.ts";

const START_MS = 240_000;
const LONG_MS = 120_000;

describe("the configuration of an install as one file", () => {
  let source: Arranged;
  let target: Arranged;
  let text: string;
  let file: File;

  beforeAll(async () => {
    source = await Arranged.start();
    target = await Arranged.start();
    await arrange(source.admin);
    text = await source.text();
    file = JSON.parse(text) as File;
  }, 2 * START_MS);
  afterAll(async () => {
    await source.remove();
    await target.remove();
  }, START_MS);

  it("names no person and no id, is the same twice, and a file to be kept", async () => {
    const answer = await fetch(`${source.kehu.url}/v1/configuration`, {
      headers: { authorization: `Bearer ${source.admin.token}` },
    });
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="kehu-configuration.json"');
    expect(await answer.text()).toBe(text);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|@|secret|Administrator/);
    expect(text.endsWith("}\n")).toBe(true);
    expect(Object.keys(file)).toEqual([
      "format",
      "version",
      "settings",
      "vocabularies",
      "fields",
      "pipelines",
      "queues",
      "roles",
      "views",
      "leftOut",
    ]);
    expect(file.leftOut).toEqual([]);
    expect(file.views).toMatchObject([
      { resource: "accounts", visibility: "everyone", team: null },
      { resource: "leads", visibility: "team", team: ["Sales", "华东"] },
    ]);
    expect(await source.compare(file)).toMatchObject({ differences: [] });
  });

  it(
    "applied to an empty install gives an equal file, and applied again changes nothing",
    async () => {
      const { token, counts, differences } = await target.compare(file);
      expect(counts).toMatchObject({ conflict: 0, "only-here": 0 });
      expect(differences.map(({ section, change, key }) => `${section} ${change} ${key}`)).toEqual([
        "settings update company",
        "vocabularies create industry",
        "fields create accounts.region",
        "fields create accounts.seats",
        "fields update accounts.seats",
        "fields create accounts.sector",
        "fields create tickets.customerId",
        "pipelines create Partners",
        "pipelines update Partners",
        "queues create Second line",
        "queues create 一线",
        "roles create 组长",
        "views create accounts / everyone / South, newest first",
        "views create leads / team Sales > 华东 / New",
      ]);
      const applied = await target.apply(file, token);
      expect(applied.body).toMatchObject({ done: true, counts: { done: differences.length, failed: 0, left: 0 } });
      expect(await target.text()).toBe(text);

      const before = await target.written();
      expect(await target.compare(file)).toMatchObject({ differences: [] });
      // Whoever got no answer sends the same again.
      expect((await target.apply(file, token)).body).toMatchObject({ done: true, outcomes: [] });
      expect(await target.written()).toEqual(before);
    },
    LONG_MS,
  );

  /** The file of the source, otherwise. */
  const changed = (change: (file: File) => void): File => {
    const copy = structuredClone(file);
    change(copy);
    return copy;
  };
  it("says of each thing what would become of it, and why something cannot", async () => {
    const other = changed((copy) => {
      copy.settings.fiscalYearStart = 4;
      const [region, seats] = copy.fields;
      region!.label = label("Area", "区域");
      region!.choices = [{ value: "north", label: label("North", "华北") }];
      seats!.retired = false;
      copy.vocabularies = [
        {
          name: "industry",
          label: label("Branch", "行业"),
          choices: [{ value: "trade", label: label("Trade", "贸易") }],
        },
        { name: "size", label: label("Size", "规模"), choices: [{ value: "small", label: label("Small", "小") }] },
        { name: "gone", label: label("Gone", "没了"), choices: [{ value: "small", label: label("Small", "小") }] },
      ];
      copy.fields[3]!.type = "text";
      copy.fields.push({ resource: "planets", name: "moons", type: "number", label: label("Moons", "卫星") });
      copy.queues = [{ name: "一线", description: "Answers" }, { name: "Third line" }];
      copy.roles[0]!.grants = { "sales.lead.read": "all", "sales.lead.write": "own", "customer.account.read": "own" };
      copy.roles.push(
        { name: "Manager", grants: {} },
        { name: "Unknown", grants: { "customer.planet.read": "all" } },
        { name: "Too narrow", grants: { "identity.user.read": "team" } },
        { name: "Unknown field", grants: {}, fieldRules: { "customer.account": { moons: "hidden" } } },
      );
      copy.views = [
        { ...copy.views[1]!, team: ["Sales"] },
        { ...copy.views[1]!, name: "By owner", where: { field: "ownerId", op: "eq", value: ID } },
      ];
    });
    const gone = await source.admin.done<{ id: string }>("POST", "/v1/vocabularies", other.vocabularies[2]);
    await source.admin.done("DELETE", `/v1/vocabularies/${gone.id}`);
    const { counts, differences } = await source.compare(other);
    expect(differences.map(inWords)).toEqual([
      "settings | update | company | fiscalYearStart",
      "vocabularies | conflict | gone | vocabulary.deleted",
      "vocabularies | conflict | industry | field.choice-retired",
      "vocabularies | only-here | industry | choices",
      "vocabularies | create | size | name,label,choices",
      "fields | update | accounts.region | choices,label.en",
      "fields | only-here | accounts.region | choices",
      "fields | conflict | accounts.seats | field.retired",
      "fields | conflict | planets.moons | resource.unknown",
      "fields | conflict | tickets.customerId | field.type-fixed",
      "queues | create | Third line | name",
      "queues | update | 一线 | description",
      "queues | only-here | Second line | name,description",
      "roles | conflict | Manager | role.built-in",
      "roles | conflict | Too narrow | permission.scope",
      "roles | conflict | Unknown | permission.unknown",
      "roles | conflict | Unknown field | field.unknown",
      "roles | update | 组长 | grants.identity.team.read,grants.sales.lead.read,grants.sales.lead.write",
      "views | conflict | leads / team Sales / New | view.of-another-team",
      "views | conflict | leads / team Sales > 华东 / By owner | view.names-records",
      "views | only-here | accounts / everyone / South, newest first | resource,name,visibility,team,where,q,fields,sort",
      "views | only-here | leads / team Sales > 华东 / New | resource,name,visibility,team,where,q,fields,sort",
    ]);
    expect(counts).toEqual({ create: 2, update: 4, conflict: 11, "only-here": 5 });
    expect(differences[0]).toMatchObject({ from: { fiscalYearStart: 1 }, to: { fiscalYearStart: 4 } });
    expect(differences.find(({ key }) => key === "组长")).toMatchObject({
      from: { "grants.sales.lead.read": "team", "grants.sales.lead.write": null, "grants.identity.team.read": "all" },
      to: { "grants.sales.lead.read": "all", "grants.sales.lead.write": "own", "grants.identity.team.read": null },
    });
    const revived = changed(({ fields }) => (fields[0]!.choices![1]!.retired = false));
    expect((await source.compare(revived)).differences.map(inWords)).toEqual([
      "fields | conflict | accounts.region | field.choice-retired",
    ]);
    const before = await source.written();
    await source.compare(other);
    expect(await source.written()).toEqual(before);
  });

  it("leaves out, and says so, what only one install can have", async () => {
    const ids: [string, string][] = [];
    const make = async (path: string, body: object) =>
      ids.push([path, (await source.admin.done<{ id: string }>("POST", path, body)).id]);
    const where = { field: "ownerId", op: "eq", value: ID };
    await make("/v1/leads/views", { name: "Of one", visibility: "everyone", where });
    await make("/v1/queues", { name: "Second line", description: "A namesake" });
    const { leftOut, queues, views } = JSON.parse(await source.text()) as File;
    expect(leftOut).toEqual([
      { section: "queues", key: "Second line", reason: expect.any(String) },
      { section: "views", key: "leads / everyone / Of one", reason: expect.any(String) },
    ]);
    expect([queues, views]).toEqual([file.queues, file.views]);
    const described = { ...HEAD, queues: [{ name: "Second line", description: "Which?" }] };
    expect((await source.compare(described)).differences.map(inWords)).toContain(
      "queues | conflict | Second line | configuration.ambiguous",
    );
    for (const [path, id] of ids) await source.admin.done("DELETE", `${path}/${id}`);
  });

  it("lets nobody but its owner change a view", async () => {
    const { person } = await source.company.user([ADMINISTRATOR]);
    const views = [{ ...file.views[0]!, sort: ["name"] }];
    expect((await source.compare({ ...HEAD, views }, person)).differences.map(inWords)).toEqual([
      "views | conflict | accounts / everyone / South, newest first | view.of-another",
    ]);
    expect((await source.compare({ ...HEAD, views })).differences.map(inWords)).toEqual([
      "views | update | accounts / everyone / South, newest first | sort",
      "views | only-here | leads / team Sales > 华东 / New | resource,name,visibility,team,where,q,fields,sort",
    ]);
  });

  it("adds a field with its vocabulary, or not at all, and closes no field that is not added", async () => {
    const vocabulary = (name: string) => ({
      name,
      label: label("Words", "词"),
      choices: [{ value: "one", label: label("One", "一") }],
    });
    const gone = await target.admin.done<{ id: string }>("POST", "/v1/vocabularies", vocabulary("gone"));
    await target.admin.done("DELETE", `/v1/vocabularies/${gone.id}`);
    const follows = { ofNone: "none", ofGone: "gone", ofHere: "industry", ofFile: "size" };
    const field = { resource: "leads", type: "choice", label: label("Words", "词") };
    const other = {
      ...HEAD,
      vocabularies: [vocabulary("gone"), vocabulary("size")],
      fields: Object.entries(follows).map(([name, followed]) => ({ ...field, name, vocabulary: followed })),
      roles: Object.keys(follows).map((name) => ({
        name,
        grants: {},
        fieldRules: { "sales.lead": { [`custom.${name}`]: "hidden" } },
      })),
    };
    const { token, differences } = await target.compare(other);
    expect(differences.filter(({ change }) => change !== "only-here").map(inWords)).toEqual([
      "vocabularies | conflict | gone | vocabulary.deleted",
      "vocabularies | create | size | name,label,choices",
      "fields | create | leads.ofFile | resource,type,label,name,vocabulary",
      "fields | conflict | leads.ofGone | vocabulary.unknown",
      "fields | create | leads.ofHere | resource,type,label,name,vocabulary",
      "fields | conflict | leads.ofNone | vocabulary.unknown",
      "roles | create | ofFile | name,grants,fieldRules",
      "roles | conflict | ofGone | field.unknown",
      "roles | create | ofHere | name,grants,fieldRules",
      "roles | conflict | ofNone | field.unknown",
    ]);
    const { body } = await target.apply(other, token, { skipConflicts: true });
    expect(body).toMatchObject({ done: true, counts: { done: 5, failed: 0, skipped: 5 } });
    // What was shown as a conflict is one still, and nothing else is left.
    expect((await target.compare(other)).counts).toMatchObject({ create: 0, update: 0, conflict: 5 });
  });

  it("opens a field that was retired since a role closed it", async () => {
    const apply = async (rules: object) => {
      const other = { ...HEAD, roles: [{ name: "ofHere", grants: {}, fieldRules: { "sales.lead": rules } }] };
      return (await target.apply(other, (await target.compare(other)).token)).body;
    };
    const done = { done: true, counts: { done: 1, failed: 0 } };
    expect(await apply({ "custom.ofHere": "hidden", source: "hidden" })).toMatchObject(done);
    await target.admin.done("DELETE", "/v1/leads/fields/ofHere");
    expect(await apply({ source: "hidden" })).toMatchObject(done);
  });
});

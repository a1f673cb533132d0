import { readFileSync } from "node:fs";
import { hash, randomUUID } from "node:crypto";
import { join } from "node:path";
import { eventually } from "@kehu/testing";
import pg from "pg";
import { dump, findIn } from "./dump.ts";
import { Install } from "./install.ts";

const PASSWORD = "seven-quiet-herons";

/** What says how a person is reached: it stands nowhere in plain. */
const ADDRESSES = {
  contact: ["quibberly@zandovia-one.example", "zandovia-one", "+16604850224", "6604850224", "4850224"],
  changed: ["harbinskow@zandovia-two.example", "+18052478982", "8052478982"],
  lead: ["tremblewick@zandovia-three.example", "+17329845010", "7329845010"],
  imported: ["porgandell@zandovia-four.example", "+8613800138000", "13800138000"],
  importedLead: ["mistlequar@zandovia-five.example", "+8613912345678", "13912345678"],
  other: ["wechat_yelverquist", "17 Marchpane Crescent", "form-77-of-quibberly"],
};
/** Names are plain where they are searched and sorted, and nowhere else. */
const NAMES = ["Quibberly", "Harbinskow", "Tremblewick", "Porgandell", "Mistlequar", "Snoddlegrass"];
const PLAIN_NAMES = [
  "customer.contact",
  "customer.lead_copy",
  "marketing.campaign_member",
  "marketing.contact_copy",
  "marketing.lead_copy",
  "sales.contact_copy",
  "sales.lead",
  "service_desk.contact_copy",
];

type Json = Record<string, unknown> & { id: string; version: number };

describe("personal data in the whole system", () => {
  let install: Install;
  let database: pg.Pool;
  let token: string;
  const keys: Record<string, { path: string; body: object; key: string }> = {};
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    install = await Install.make({ KEHU_ADMIN_PASSWORD: PASSWORD });
    install.start();
    await install.untilReady();
    const { postgres } = JSON.parse(readFileSync(join(install.dataDir, "secrets.json"), "utf8")) as {
      postgres: string;
    };
    const port = readFileSync(join(install.dataDir, "postgres", "postmaster.pid"), "utf8").split("\n")[3];
    database = new pg.Pool({ connectionString: `postgres://postgres:${postgres}@127.0.0.1:${port}/kehu`, max: 2 });
    token = (
      await send<{ accessToken: string }>("POST", "/auth/login", { email: "admin@kehu.local", password: PASSWORD })
    ).body.accessToken;
    await makePersons();
    await level();
  }, 120_000);

  afterAll(async () => {
    await database.end();
    await install.remove();
  }, 60_000);

  async function send<B = Json>(method: string, path: string, body?: object, key?: string) {
    const reply = await fetch(`http://localhost:${install.port}/v1${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { "content-type": "application/json" }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      body: body && JSON.stringify(body),
    });
    const text = await reply.text();
    return { status: reply.status, body: (text === "" ? null : JSON.parse(text)) as B };
  }

  /** Sends what must succeed; a reference to a record of another service may not be known there yet. */
  async function done<B = Json>(method: string, path: string, body?: object, key?: string): Promise<B> {
    let answer = await send<B>(method, path, body, key);
    await eventually(async () => {
      const waits = (answer.body as { code?: string } | null)?.code === "reference.not-yet-known";
      if (waits) answer = await send<B>(method, path, body, key);
      return !waits;
    });
    expect({ ok: answer.status < 300, answer }).toEqual({ ok: true, answer });
    return answer.body;
  }

  /** Creates with a key, so that the reply is stored. */
  async function create(name: string, path: string, body: object): Promise<Json> {
    keys[name] = { path, body, key: randomUUID() };
    const made = await done("POST", path, body, keys[name].key);
    ids[name] = made.id;
    return made;
  }

  async function makePersons(): Promise<void> {
    const contact = await create("contact", "/contacts", {
      firstName: "Quibberly",
      lastName: "Harbinskow",
      contactPoints: [
        { kind: "email", value: "Quibberly@Zandovia-One.example" },
        { kind: "phone", value: "(660) 485-0224" },
        { kind: "wechat", value: "wechat_yelverquist" },
        { kind: "address", value: "17 Marchpane Crescent" },
      ],
    });
    const points = [
      { kind: "email", value: "harbinskow@zandovia-two.example" },
      { kind: "phone", value: "805-247-8982" },
    ];
    await done("PATCH", `/contacts/${contact.id}`, { contactPoints: points }, randomUUID());
    await done("PATCH", `/contacts/${contact.id}`, { contactPoints: points }, randomUUID());
    ids["person"] = contact["personId"] as string;
    const lead = await create("lead", "/leads", {
      lastName: "Tremblewick",
      email: "tremblewick@zandovia-three.example",
      phone: "732-984-5010",
    });
    const { convertedContactId } = await done("POST", `/leads/${lead.id}/convert`, {}, randomUUID());
    ids["converted"] = convertedContactId as string;
    const upsert = (id: string, data: object) => ({
      op: "upsert",
      data: { externalIds: [{ system: "old", id }], ...data },
    });
    await done(
      "POST",
      "/contacts/bulk",
      { origin: "import", operations: [upsert("7", importedContact)] },
      randomUUID(),
    );
    const importedLead = { lastName: "Mistlequar", email: "mistlequar@zandovia-five.example", phone: "+8613912345678" };
    await done("POST", "/leads/bulk", { origin: "import", operations: [upsert("8", importedLead)] }, randomUUID());
    const campaign = await done("POST", "/campaigns", { name: "Spring" });
    await create("member", "/campaign-members", { campaignId: campaign.id, name: "Snoddlegrass" });
    await create("joined", "/campaign-members", { campaignId: campaign.id, contactId: contact.id });
    await create("consent", "/consents", {
      personId: contact["personId"],
      channel: "email",
      state: "granted",
      proof: "form-77-of-quibberly",
    });
    await create("ticket", "/tickets", { subject: "Login fails", contactId: contact.id });
    const account = await done("POST", "/accounts", { name: "Zandovia" });
    await create("opportunity", "/opportunities", {
      name: "CRM",
      accountId: account.id,
      contacts: [{ contactId: contact.id }],
    });
  }

  const importedContact = {
    lastName: "Porgandell",
    contactPoints: [
      { kind: "email", value: "porgandell@zandovia-four.example" },
      { kind: "phone", value: "+8613800138000" },
    ],
  };

  const level = () => eventually(async () => (await send<{ level: boolean }>("GET", "/freshness")).body.level, 30_000);
  const found = async (path: string) => (await send<{ data: Json[] }>("GET", path)).body.data.map(({ id }) => id);

  it("stands in no table, in no spelling; names stand where they are searched and sorted", async () => {
    const tables = await dump(database);
    expect(tables.length).toBeGreaterThan(60);
    expect(tables.find(({ table }) => table === "bus.log_0")).toBeDefined();
    expect(findIn(tables, Object.values(ADDRESSES).flat())).toEqual([]);
    // Nor by a hash that trying all phone numbers would undo.
    const hashes = Object.values(keys).map(({ body }) => hash("sha256", JSON.stringify(body)));
    expect(findIn(tables, hashes)).toEqual([]);
    const places = new Set(findIn(tables, NAMES).map((place) => place.split(":")[0]!));
    expect([...places].sort()).toEqual(PLAIN_NAMES);
  });

  it("is shown to whoever may see the record, in lists, history and repeated replies too", async () => {
    const points = [{ value: "harbinskow@zandovia-two.example" }, { value: "+18052478982" }];
    expect((await send("GET", `/contacts/${ids["contact"]}`)).body).toMatchObject({
      firstName: "Quibberly",
      contactPoints: points,
    });
    expect((await send("GET", `/contacts/${ids["converted"]}`)).body).toMatchObject({
      lastName: "Tremblewick",
      contactPoints: [{ value: "tremblewick@zandovia-three.example" }, { value: "+17329845010" }],
    });
    const { data } = (await send<{ data: Json[] }>("GET", `/contacts/${ids["contact"]}/history`)).body;
    expect(data[0]).toMatchObject({
      field: "contactPoints",
      before: [{ value: "quibberly@zandovia-one.example" }, { value: "+16604850224" }, {}, {}],
      after: points,
    });
    for (const name of ["contact", "lead", "member", "consent", "ticket", "opportunity"]) {
      const { path, body, key } = keys[name]!;
      expect(await send("POST", path, body, key)).toMatchObject({ status: 201, body: { id: ids[name], version: 1 } });
    }
    const { path, body, key } = keys["contact"]!;
    expect((await send("POST", path, body, key)).body).toMatchObject({
      firstName: "Quibberly",
      lastName: "Harbinskow",
      contactPoints: [{ value: "quibberly@zandovia-one.example" }, {}, {}, {}],
    });
    expect((await send("GET", `/consents/${ids["consent"]}`)).body).toMatchObject({ proof: "form-77-of-quibberly" });
  });

  it("is found by equal values, domain and ending, and by nothing else", async () => {
    const contact = [ids["contact"]];
    expect(await found("/contacts?filter[email]=HARBINSKOW@zandovia-two.example")).toEqual(contact);
    expect(await found("/contacts?filter[email]=quibberly@zandovia-one.example")).toEqual([]);
    expect(await found("/contacts?filter[emailDomain]=zandovia-two.example")).toEqual(contact);
    expect(await found("/contacts?filter[phoneEnding]=2478982")).toEqual(contact);
    expect(await found("/contacts?filter[phone][in]=8052478982,1")).toEqual(contact);
    expect(await found("/leads?filter[email]=tremblewick@zandovia-three.example")).toEqual([ids["lead"]]);
    for (const query of ["filter[email][contains]=quib", "filter[phone][gt]=1", "sort=email"]) {
      expect(await send("GET", `/leads?${query}`)).toMatchObject({ status: 400, body: { code: "field.encrypted" } });
    }
  });

  describe("when a person is erased", () => {
    const GONE = ["Quibberly", "Harbinskow", "Tremblewick"];
    let leads: unknown;
    const metric = async () => (await send<{ value: unknown }>("GET", "/metrics/lead-conversion-rate")).body.value;

    beforeAll(async () => {
      leads = await metric();
      expect((await send("POST", `/contacts/${ids["contact"]}/erase`)).status).toBe(204);
      expect((await send("POST", `/contacts/${ids["converted"]}/erase`)).status).toBe(204);
      await eventually(async () => findIn(await dump(database), GONE).length === 0, 30_000);
    }, 60_000);

    it("leaves no trace of him in any table, and the numbers as they were", async () => {
      const tables = await dump(database);
      expect(findIn(tables, [...GONE, ...Object.values(ADDRESSES).flat()])).toEqual([]);
      const others = new Set(
        findIn(tables, ["Porgandell", "Mistlequar", "Snoddlegrass"]).map((one) => one.split(" ")[1]),
      );
      expect(others.size).toBe(3);
      await level();
      expect(await metric()).toEqual(leads);
    });

    it("shows nothing of him: not in records, history, lists, names beside, or repeated replies", async () => {
      const readings = [
        `/contacts/${ids["contact"]}`,
        `/contacts/${ids["converted"]}`,
        `/contacts/${ids["contact"]}/history`,
        `/leads/${ids["lead"]}`,
        `/leads/${ids["lead"]}/history`,
        "/contacts",
        "/leads",
        `/tickets/${ids["ticket"]}`,
        `/opportunities/${ids["opportunity"]}`,
        `/campaign-members/${ids["joined"]}`,
        `/consents/${ids["consent"]}`,
      ];
      const read = await Promise.all(readings.map((path) => send("GET", path)));
      expect(read.map(({ status }) => status)).toEqual(readings.map(() => 200));
      const replayed = await Promise.all(
        Object.values(keys).map(({ path, body, key }) => send("POST", path, body, key)),
      );
      expect(replayed.map(({ status }) => status)).toEqual(replayed.map(() => 201));
      const text = JSON.stringify([read, replayed]).toLowerCase();
      const secrets = [...GONE, ...ADDRESSES.contact, ...ADDRESSES.changed, ...ADDRESSES.lead, ...ADDRESSES.other];
      expect(secrets.filter((secret) => text.includes(secret.toLowerCase()))).toEqual([]);
      expect(read[0]!.body).toMatchObject({ firstName: null, lastName: "(erased)", contactPoints: [] });
      expect(read[3]!.body).toMatchObject({ lastName: "(erased)", email: null, phone: null, status: "converted" });
      expect(await found("/contacts?filter[emailDomain]=zandovia-two.example")).toEqual([]);
    });

    it("changes nothing the second time, and takes no new word about him", async () => {
      const { version } = (await send("GET", `/contacts/${ids["contact"]}`)).body;
      expect((await send("POST", `/contacts/${ids["contact"]}/erase`)).status).toBe(204);
      const answer = await send("PATCH", `/contacts/${ids["contact"]}`, { lastName: "Quibberly" });
      expect(answer).toMatchObject({ status: 422, body: { code: "person.erased" } });
      const operations = [
        { op: "update", id: ids["contact"], data: { lastName: "Quibberly" } },
        { op: "create", data: { lastName: "Quibberly", personId: ids["person"] } },
        { op: "create", data: { lastName: "Somebody else" } },
      ];
      const { body } = await send<{ results: object[] }>("POST", "/contacts/bulk", { origin: "import", operations });
      expect(body.results).toMatchObject([
        { outcome: "failed", errors: [{ code: "person.erased" }] },
        { outcome: "failed", errors: [{ code: "person.erased" }] },
        { outcome: "created" },
      ]);
      expect((await send("GET", `/contacts/${ids["contact"]}`)).body.version).toBe(version);
    });

    it("is not brought back by events that are told again", async () => {
      for (const service of ["customer", "sales", "marketing"]) {
        const again = await send("POST", `/operations/${service}/snapshots`, { from: "2020-01-01T00:00:00Z" });
        expect(again.status).toBe(202);
      }
      await done("POST", "/operations/customer/snapshots", { concept: "customer.contact" });
      await level();
      const tables = await dump(database);
      expect(findIn(tables, GONE)).toEqual([]);
      const { rows } = await database.query<{ parked: string }>(
        "SELECT (SELECT count(*) FROM customer.dead_letter) + (SELECT count(*) FROM sales.dead_letter) AS parked",
      );
      expect(rows).toEqual([{ parked: "0" }]);
    });

    it("is brought back by a backup, and erased again by the list of erasures", async () => {
      const list = await send<{ data: { personId: string }[] }>("GET", "/operations/customer/erasures");
      expect(list.body.data.map(({ personId }) => personId)).toContain(ids["person"]);
      await database.query("UPDATE customer.contact SET first_name = 'Quibberly' WHERE id = $1", [ids["contact"]]);
      const personIds = list.body.data.map(({ personId }) => personId);
      expect((await send("POST", "/operations/customer/erasures", { personIds })).status).toBe(204);
      expect(findIn(await dump(database), GONE)).toEqual([]);
    });
  });
});

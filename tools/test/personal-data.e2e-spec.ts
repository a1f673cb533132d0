import { hash } from "node:crypto";
import { eventually } from "@kehu/testing";
import { dump, findIn } from "./dump.ts";
import { ADDRESSES, KnownPersons, type Json } from "./known-persons.ts";

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

describe("personal data in the whole system", () => {
  let persons: KnownPersons;
  let ids: KnownPersons["ids"];
  let keys: KnownPersons["keys"];

  beforeAll(async () => {
    persons = await KnownPersons.make();
    ({ ids, keys } = persons);
  }, 120_000);

  afterAll(() => persons.remove(), 60_000);

  const send = <B = Json>(...request: Parameters<KnownPersons["send"]>) => persons.send<B>(...request);
  const found = (path: string) => persons.found(path);

  it("stands in no table, in no spelling; names stand where they are searched and sorted", async () => {
    const tables = await dump(persons.database);
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
      await eventually(async () => findIn(await dump(persons.database), GONE).length === 0, 30_000);
    }, 60_000);

    it("leaves no trace of him in any table, and the numbers as they were", async () => {
      const tables = await dump(persons.database);
      expect(findIn(tables, [...GONE, ...Object.values(ADDRESSES).flat()])).toEqual([]);
      const others = new Set(
        findIn(tables, ["Porgandell", "Mistlequar", "Snoddlegrass"]).map((one) => one.split(" ")[1]),
      );
      expect(others.size).toBe(3);
      await persons.level();
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
      await persons.done("POST", "/operations/customer/snapshots", { concept: "customer.contact" });
      await persons.level();
      const tables = await dump(persons.database);
      expect(findIn(tables, GONE)).toEqual([]);
      const { rows } = await persons.database.query<{ parked: string }>(
        "SELECT (SELECT count(*) FROM customer.dead_letter) + (SELECT count(*) FROM sales.dead_letter) AS parked",
      );
      expect(rows).toEqual([{ parked: "0" }]);
    });

    it("is brought back by a backup, and erased again by the list of erasures", async () => {
      const list = await send<{ data: { personId: string }[] }>("GET", "/operations/customer/erasures");
      expect(list.body.data.map(({ personId }) => personId)).toContain(ids["person"]);
      await persons.database.query("UPDATE customer.contact SET first_name = 'Quibberly' WHERE id = $1", [
        ids["contact"],
      ]);
      const personIds = list.body.data.map(({ personId }) => personId);
      expect((await send("POST", "/operations/customer/erasures", { personIds })).status).toBe(204);
      expect(findIn(await dump(persons.database), GONE)).toEqual([]);
    });
  });
});

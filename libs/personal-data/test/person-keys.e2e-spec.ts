import { randomUUID, type KeyObject } from "node:crypto";
import { mapPersonal, type EventType } from "@kehu/contracts";
import type { Database } from "@kehu/database";
import { eventually, testDatabase, type TestDatabase } from "@kehu/testing";
import { PersonalData, type PersonKey } from "@kehu/personal-data";

const [OLD, FRESH, STRANGE] = ["old", "fresh", "strange"].map((name) => `the ${name} master key of this very test`);
const NOBODY = "00000000-0000-0000-0000-000000000000";
const WAITING = `SELECT FROM pg_stat_activity
   WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%person_key%'`;
const PLACE = "sales.lead 1 email";

describe("keys of persons", () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await testDatabase("customer", "sales");
  });
  afterAll(() => test.close());
  beforeEach(async () => {
    await test.emptyTables();
    database = test.open("sales");
  });

  const open = (...secrets: (string | undefined)[]) => PersonalData.open(database, secrets as string[]);
  const keysFor = (personal: PersonalData, ids: string[]) => database.transaction((tx) => personal.keysFor(tx, ids));
  const aKey = async (personal: PersonalData, id: string = randomUUID()) => (await keysFor(personal, [id])).get(id)!;
  const rewrap = (personal: PersonalData, limit: number) => database.transaction((tx) => personal.rewrap(tx, limit));
  const openAll = (personal: PersonalData, ...values: string[]) =>
    personal.openAll(
      database,
      values.map((value) => ({ value, place: PLACE })),
    );
  const stored = async () =>
    (await test.admin.query<{ text: string }>("SELECT t::text AS text FROM bus.person_key t ORDER BY person_id")).rows
      .map(({ text }) => text)
      .join();

  it("are made once per person, whoever asks, in whatever service, at once", async () => {
    const ids = [randomUUID(), randomUUID()];
    const services = await Promise.all(
      ["sales", "customer"].map(async (schema) => {
        const other = test.open(schema);
        return { other, personal: await PersonalData.open(other, [OLD!]) };
      }),
    );
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const { other, personal } = services[n % 2]!;
        return other.transaction((tx) => personal.keysFor(tx, n % 3 ? ids : [...ids].reverse()));
      }),
    );
    for (const id of ids) expect(new Set(made.map((keys) => keys.get(id)!.id)).size).toBe(1);
    const sealed = made.map((keys, n) => keys.get(ids[0]!)!.seal(n, PLACE));
    expect(await openAll(await open(OLD), ...sealed)).toEqual(sealed.map((_, n) => n));
  });

  it("are stored wrapped: without the master key the database says nothing", async () => {
    const key = await aKey(await open(OLD));
    const secret = (key as unknown as { secret: KeyObject }).secret.export();
    const dumped = await stored();
    for (const encoding of ["hex", "base64", "base64url"] as const)
      expect(dumped).not.toContain(secret.toString(encoding));
    await expect(open(STRANGE)).rejects.toThrow("is not known here");
  });

  it("are no one's to use where there is no master key", async () => {
    await open(OLD);
    const without = await open();
    await expect(aKey(without)).rejects.toThrow("no master key");
    expect(() => without.blind).toThrow("no master key");
  });

  it("fail closed where one was moved to another person or changed", async () => {
    const personal = await open(OLD);
    const [one, other] = [await aKey(personal), await aKey(personal)];
    const sealed = [one, other].map((key) => key.seal("x", PLACE));
    await test.admin.query(
      "UPDATE bus.person_key k SET wrapped = o.wrapped FROM bus.person_key o WHERE k.person_id = $1 AND o.person_id = $2",
      [one.personId, other.personId],
    );
    const fresh = await open(OLD);
    await expect(openAll(fresh, sealed[0]!)).rejects.toThrow(
      `The key ${one.id} of the person ${one.personId} cannot be unwrapped`,
    );
    expect(await openAll(fresh, sealed[1]!)).toEqual(["x"]);
    await test.admin.query("DELETE FROM bus.person_key WHERE person_id = $1", [other.personId]);
    await expect(openAll(fresh, sealed[1]!)).rejects.toThrow(other.id);
  });

  it("are gone for every service once destroyed, also for one that has used them before", async () => {
    const [one, other] = [await open(OLD), await open(OLD)];
    const key = await aKey(one);
    const sealed = key.seal("x", PLACE);
    expect(await openAll(other, sealed)).toEqual(["x"]);
    const destroy = () => database.transaction((tx) => one.destroy(tx, key.personId));
    expect((await destroy()).isDestroyed).toBe(true);
    const before = await stored();
    await destroy();
    expect(await stored()).toBe(before);
    expect(await openAll(other, sealed)).toEqual([null]);
    const again = await aKey(other, key.personId);
    expect(() => again.seal("x", PLACE)).toThrow(expect.objectContaining({ code: "person.erased" }));
  });

  it("wait with their end for whoever is just using them for the first time", async () => {
    const personal = await open(OLD);
    const { personId } = await aKey(personal);
    const order: string[] = [];
    let destroyed: Promise<PersonKey> | undefined;
    await database.transaction(async (tx) => {
      await personal.keysFor(tx, [personId]);
      destroyed = database
        .transaction((other) => personal.destroy(other, personId))
        .finally(() => order.push("destroyed"));
      await eventually(async () => (await test.admin.query(WAITING)).rowCount! > 0);
      order.push("used");
    });
    await destroyed;
    expect(order).toEqual(["used", "destroyed"]);
  });

  it("has one that nobody may use or destroy: that of the blind index", async () => {
    const personal = await open(OLD);
    await expect(aKey(personal, NOBODY)).rejects.toMatchObject({ code: "person.unknown" });
    await expect(database.transaction((tx) => personal.destroy(tx, NOBODY))).rejects.toMatchObject({
      code: "person.unknown",
    });
  });

  it("are read of events in one query, and erased ones are said to be", async () => {
    const personal = await open(OLD);
    const [wang, li] = [await aKey(personal), await aKey(personal)];
    const factOf = (key: PersonKey, subject: string) => {
      const lead = { firstName: null, lastName: "王", email: "a@b.example", phone: null, company: "华星" };
      const data = mapPersonal("sales.lead.created", { changed: [], lead }, (value, path) =>
        key.sealerOf(subject)(value as string, path),
      );
      return { type: "sales.lead.created" as EventType, subject, data };
    };
    const events = [factOf(wang, "1"), factOf(li, "2"), factOf(wang, "3")];
    expect(JSON.stringify(events)).not.toContain("王");
    await database.transaction((tx) => personal.destroy(tx, li.personId));
    let queries = 0;
    const counting = {
      ...database,
      query: (...query: Parameters<Database["query"]>) => (queries++, database.query(...query)),
    };
    const read = await personal.reveal(counting as unknown as Database, events);
    expect(queries).toBe(1);
    expect(read.map(({ data }) => data.lead)).toMatchObject([
      { firstName: null, lastName: "王", email: "a@b.example", company: "华星" },
      { firstName: null, lastName: "(erased)", email: "(erased)", company: "华星" },
      { lastName: "王" },
    ]);
    const [some] = await personal.reveal(database, events, ["lastName"]);
    expect(some!.data.lead).toMatchObject({ lastName: "王", email: { enc: expect.any(String) as string } });
    const moved = { ...events[0]!, subject: "9" };
    await expect(personal.reveal(database, [moved])).rejects.toThrow("event 9 lead.lastName");
  });

  describe("when the master key is replaced", () => {
    it("are read all the time, wrapped anew in steps that a kill may part, and then need the new one alone", async () => {
      const before = await open(OLD);
      const token = before.blind.token("email", "a@b.example");
      const keys = [
        ...(
          await keysFor(
            before,
            Array.from({ length: 1200 }, () => randomUUID()),
          )
        ).values(),
      ];
      const erased = await aKey(before);
      await database.transaction((tx) => before.destroy(tx, erased.personId));
      const sealed = keys.map((key, n) => key.seal(n, PLACE));
      const all = sealed.map((_, n) => n);

      const during = await open(FRESH, OLD);
      expect(await rewrap(during, 500)).toBe(500);
      // Another one dies in the middle: what it had not committed is as it was.
      await database
        .transaction(async (tx) => {
          await (await open(FRESH, OLD)).rewrap(tx, 500);
          throw new Error("killed");
        })
        .catch(() => undefined);
      expect(await openAll(await open(OLD, FRESH), ...sealed)).toEqual(all);
      const later = await aKey(await open(OLD, FRESH));

      const after = await open(FRESH, OLD);
      expect([await rewrap(after, 500), await rewrap(after, 500), await rewrap(after, 500)]).toEqual([500, 202, 0]);
      expect(await after.countForeign(database)).toBe(0);
      const alone = await open(FRESH);
      expect(await openAll(alone, ...sealed, later.seal("later", PLACE))).toEqual([...all, "later"]);
      expect(alone.blind.token("email", "a@b.example")).toBe(token);
      await expect(open(OLD)).rejects.toThrow("is not known here");
      expect(await openAll(alone, erased.id + ".AAAA")).toEqual([null]);
    });

    it("are counted where neither of the two wraps them", async () => {
      const old = await open(OLD);
      await aKey(old);
      const unknown = await open(OLD, FRESH);
      await test.admin.query("UPDATE bus.person_key SET master_key_id = 'feedfeedfeed' WHERE person_id <> $1", [
        NOBODY,
      ]);
      expect(await rewrap(unknown, 500)).toBe(0);
      expect(await unknown.countForeign(database)).toBe(1);
    });
  });

  it("of another install make other tokens of the same address", async () => {
    const one = (await open(OLD)).blind.token("email", "a@b.example");
    expect((await open(OLD)).blind.token("email", "a@b.example")).toBe(one);
    await test.emptyTables();
    expect((await open(OLD)).blind.token("email", "a@b.example")).not.toBe(one);
  });
});

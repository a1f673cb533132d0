import { eventually, startBroker, type Broker } from "@kehu/testing";
import { Example } from "./support/example.ts";
import { FlakyRoad } from "./support/flaky-road.ts";
import { Kehu } from "./support/kehu.ts";
import { Outsider } from "./support/outsider.ts";
import { Person } from "./support/person.ts";

const WHAT = "a consumer from outside that needs contact points";
const TOPIC = "kehu.customer.contact";
/** Of the example. */
const GROUP = "erp-contacts";
const PATIENCE_MS = 120_000;
const MAIL = { kind: "email", value: "wang@huaxing.example" };
const PHONE = { kind: "phone", value: "+8613800138000" };

interface Contact {
  id: string;
  version: number;
}

const broker = await startBroker(WHAT);
if (broker) describeContacts(broker);

function describeContacts(bus: Broker): void {
  describe(WHAT, () => {
    let kehu: Kehu;
    let person: Person;
    let road: FlakyRoad;
    let example: Example;
    const outsider = new Outsider(bus.address, TOPIC);
    const tellAgain = () => outsider.tellAgain(GROUP);

    const create = (contactPoints: object[]) =>
      person.done<Contact>("POST", "/v1/contacts", { lastName: "王", contactPoints });
    const printed = (line: string) => eventually(() => example.printed.includes(`${line}\n`), PATIENCE_MS);
    const kept = (id: string, version: number, points: number) =>
      printed(`kept: ${id} version ${version} with ${points} contact points`);
    const revealsOf = (id: string) => road.passed.filter((path) => path === `/v1/contacts/${id}/reveal`).length;
    beforeAll(async () => {
      kehu = await Kehu.start(bus);
      person = await Person.signIn(kehu.url);
      const grants = { "customer.contact.read": "all", "customer.contact.reveal": "all" };
      const { key } = await person.done<{ key: string }>("POST", "/v1/api-keys", { name: "ERP", grants });
      road = await FlakyRoad.to(kehu.url);
      road.mishaps.push({ status: 429, retryAfter: "2" }, { status: 503, retryAfter: "1" }, "hang up");
      const { id } = await create([MAIL]);
      example = Example.run("contacts.mjs", { KAFKA_BROKERS: bus.address, KEHU_URL: road.url, KEHU_API_KEY: key });
      await kept(id, 1, 1);
    });
    afterAll(async () => {
      await example.stop();
      road.close();
      await kehu.remove();
    });

    it("asks again after 429, 503 and a lost connection, and has what it asked for", () => {
      expect(road.mishaps).toEqual([]);
      expect(road.passed).toHaveLength(1);
    });

    it("asks once per change of the contact points, also where events are told twice", async () => {
      const { id } = await create([MAIL]);
      await kept(id, 1, 1);
      await person.done("PATCH", `/v1/contacts/${id}`, { title: "Buyer" });
      await kept(id, 2, 1);
      await person.done("PATCH", `/v1/contacts/${id}`, { contactPoints: [MAIL, PHONE] });
      await kept(id, 3, 2);
      expect(revealsOf(id)).toBe(2);
      const lines = example.printed;
      await tellAgain();
      expect(revealsOf(id)).toBe(2);
      expect(example.printed.slice(lines.length).includes(id)).toBe(false);
    });

    it("keeps nothing of who was erased or deleted, and asks no more for him", async () => {
      const [erased, deleted] = [await create([MAIL]), await create([PHONE])];
      for (const { id } of [erased, deleted]) await kept(id, 1, 1);
      await person.done("POST", `/v1/contacts/${erased.id}/erase`);
      await printed(`erased: ${erased.id}`);
      await person.done("DELETE", `/v1/contacts/${deleted.id}`);
      await kept(deleted.id, 2, 0);
      await tellAgain();
      expect([erased, deleted].map(({ id }) => revealsOf(id))).toEqual([1, 1]);
    });
  });
}

import { eventually, startBroker, type Broker } from "@kehu/testing";
import { untilLevel } from "../../migrate/engine/freshness.ts";
import type { View } from "../../migrate/engine/records.ts";
import { realExport, sampleData } from "./support/data-sets.ts";
import { Example } from "./support/example.ts";
import { Kehu } from "./support/kehu.ts";
import { Migration } from "./support/migration.ts";
import { copyOf, Outsider, withoutRepetitions } from "./support/outsider.ts";
import { Person } from "./support/person.ts";

const WHAT = "a consumer from outside";
const TOPIC = "kehu.sales.opportunity";
const PATIENCE_MS = 120_000;
const NAMES_OF_OTHERS = ["account", "campaign", "closedOwner", "contact", "lead", "owner", "pipeline", "team"].map(
  (other) => `${other}Name`,
);

interface Deal {
  id: string;
  name: string;
  version: number;
}

const broker = await startBroker(WHAT);
if (broker) describeOutside(broker);

function describeOutside(bus: Broker): void {
  describe(WHAT, () => {
    const outsider = new Outsider(bus.address, TOPIC);
    let kehu: Kehu;
    let person: Person;

    /** What the API shows, by id; names of others it looks up, and consumers have them from the others' topics. */
    const shown = async (): Promise<Map<string, View>> => {
      const deals = await kehu.api.all("opportunities");
      const own = (deal: View) => Object.entries(deal).filter(([field]) => !NAMES_OF_OTHERS.includes(field));
      return new Map(deals.map((deal) => [deal.id, Object.fromEntries(own(deal)) as View]));
    };

    beforeAll(async () => {
      kehu = await Kehu.start(bus);
      person = await Person.signIn(kehu.url);
      const [data = await sampleData(1)] = realExport(WHAT);
      const migration = new Migration(kehu.url, data.folder);
      // A relay that dies has events told twice.
      await kehu.untilThereAre("opportunities");
      await kehu.strike("sales");
      await migration.files();
      await work(person);
      await untilLevel(kehu.client, PATIENCE_MS);
    });
    afterAll(() => kehu.remove());

    it("builds what the API shows, from the first event on", async () => {
      const events = withoutRepetitions(await outsider.read("the first event"));
      for (const [subject, ofOne] of Map.groupBy(events, (event) => event.subject)) {
        const versions = ofOne.filter(({ type }) => !type.endsWith(".snapshot")).map((one) => one.aggregateversion);
        expect({ subject, versions }).toEqual({ subject, versions: [...new Set(versions)].sort((a, b) => a - b) });
      }
      const api = await shown();
      expect(api.size).toBeGreaterThan(2_000);
      expect(copyOf(events)).toEqual(api);
    });

    it("that comes later builds the same from a snapshot that it asks for", async () => {
      const from = await outsider.now();
      const body = { concept: "sales.opportunity" };
      const { events: told } = await person.done<{ events: number }>("POST", "/v1/operations/sales/snapshots", body);
      const deal = await person.done<Deal>("POST", "/v1/opportunities", await aDeal(person, "After the snapshot"));
      await untilLevel(kehu.client, PATIENCE_MS);
      const events = withoutRepetitions(await outsider.read(from));
      expect(events.filter(({ type }) => type === "sales.opportunity.snapshot")).toHaveLength(told);
      const api = await shown();
      expect(api.has(deal.id)).toBe(true);
      expect(copyOf(events)).toEqual(api);
    });

    it("made of the lines of docs/events.md prints the deals that were won", async () => {
      const example = Example.run("consumer.mjs", { KAFKA_BROKERS: bus.address });
      const lineOf = (name: string) => `won: ${name} 5000.00 USD\n`;
      await eventually(() => example.printed.includes(lineOf("Won before")), PATIENCE_MS);
      await winOne(person, "Won now");
      await eventually(() => example.printed.includes(lineOf("Won now")), PATIENCE_MS);
      await example.stop();
      const won = example.printed.split("\n").filter((line) => line.startsWith("won: "));
      expect([...new Set(won)]).toEqual(["Won before", "Won now"].map((name) => lineOf(name).trimEnd()));
    });
  });
}

/** What people do after an import: every kind of change that an opportunity knows. */
async function work(person: Person): Promise<void> {
  const open = await person.done<{ data: Deal[] }>("GET", "/v1/opportunities?filter[stageCategory]=open&limit=40");
  for (const [index, { id }] of open.data.entries()) {
    const path = `/v1/opportunities/${id}`;
    await person.done("PATCH", path, { nextStep: `Call ${index}` });
    if (index % 4 === 0) await person.done("POST", `${path}/lose`, { reason: "price" });
    if (index % 8 === 0) await person.done("POST", `${path}/reopen`, { reason: "new budget" });
    if (index % 4 === 1) await person.done("DELETE", path);
    if (index % 8 === 1) await person.done("POST", `${path}/restore`);
  }
  await winOne(person, "Won before");
}

async function aDeal(person: Person, name: string): Promise<object> {
  const { data: accounts } = await person.done<{ data: { id: string }[] }>("GET", "/v1/accounts?limit=1");
  const { data: contacts } = await person.done<{ data: { id: string }[] }>("GET", "/v1/contacts?limit=1");
  const amount = { amount: "5000.00", currency: "USD" };
  return { name, accountId: accounts[0]?.id, contactId: contacts[0]?.id, amount };
}

async function winOne(person: Person, name: string): Promise<void> {
  const { id } = await person.done<Deal>("POST", "/v1/opportunities", await aDeal(person, name));
  await person.done("POST", `/v1/opportunities/${id}/win`, {});
}

import { once } from "node:events";
import { mismatches } from "../../migrate/acceptance/checks.ts";
import { countsOf } from "../../migrate/acceptance/rehearsal.ts";
import { realExport, sampleData } from "./support/data-sets.ts";
import { Kehu } from "./support/kehu.ts";
import { Migration } from "./support/migration.ts";
import { buses } from "./support/transports.ts";

const WHAT = "the migration under fire";

/** Who is killed while records of which kind come over, in the order in which they do. */
const STRIKES = [
  ["accounts", "customer"],
  ["contacts", "broker"],
  ["leads", "gateway"],
  ["opportunities", "sales"],
  ["opportunities", "postgres"],
  ["tickets", "service-desk"],
  ["campaign-members", "marketing"],
  ["interactions", "analytics"],
] as const;

const NONE_PARKED = { gateway: 0, customer: 0, sales: 0, "service-desk": 0, marketing: 0, analytics: 0 };

const sample = await sampleData(1);
const exported = realExport(WHAT);
/** The generated set stands in where the real export is not there. */
const dataSets = exported.length > 0 ? exported : [sample];
const onEachBus = await buses(WHAT);
const cases = onEachBus.flatMap((bus) => dataSets.map((data) => ({ bus, data })));

describe.each(cases)("a migration of $data.name on $bus.name", ({ bus, data: { folder, numbers } }) => {
  let kehu: Kehu;

  beforeAll(async () => {
    kehu = await Kehu.start(await bus.broker());
  });
  afterAll(() => kehu.remove());

  it("gives every number although each process, Postgres and the broker are killed while it runs", async () => {
    const migration = new Migration(kehu.url, folder);
    let brokerIsBack: Promise<void> | undefined;
    for (const [resource, victim] of STRIKES) {
      await kehu.untilThereAre(resource);
      expect({ victim, isInTheMiddle: migration.isRunning }).toEqual({ victim, isInTheMiddle: true });
      if (victim === "broker") brokerIsBack = kehu.withoutBroker();
      else await kehu.strike(victim);
    }
    await brokerIsBack;
    const files = Object.entries(await migration.files());
    expect(Object.fromEntries(files.map(([name, report]) => [name, countsOf(report)]))).toEqual(numbers.files);
    expect(await mismatches(kehu.api, numbers)).toEqual([]);
    expect(await kehu.parked()).toEqual(NONE_PARKED);
  });

  it("creates and changes nothing the second time", async () => {
    const files = Object.entries(await new Migration(kehu.url, folder).files());
    const touched = files.filter(([, { created, updated }]) => created + updated > 0);
    expect(touched).toEqual([]);
    expect(await mismatches(kehu.api, numbers)).toEqual([]);
  });
});

describe.each(onEachBus)("npm start and the migration, both killed in the middle, on $name", (bus) => {
  let kehu: Kehu;

  beforeAll(async () => {
    kehu = await Kehu.start(await bus.broker());
  });
  afterAll(() => kehu.remove());

  it("finish the job when they are started again", async () => {
    const { folder, numbers } = sample;
    const killed = new Migration(kehu.url, folder);
    await kehu.untilThereAre("opportunities");
    expect(killed.isRunning).toBe(true);
    await killed.kill();
    const starter = kehu.install.starter!;
    starter.kill("SIGKILL");
    await once(starter, "exit");
    await kehu.start();
    const files = Object.entries(await new Migration(kehu.url, folder).files());
    const there = files.map(([name, { created, skipped, failed }]) => [name, created + skipped, failed]);
    expect(there).toEqual(
      Object.entries(numbers.files).map(([name, [, created, skipped, failed]]) => [name, created + skipped, failed]),
    );
    expect(files.filter(([, { updated }]) => updated > 0)).toEqual([]);
    expect(await mismatches(kehu.api, numbers)).toEqual([]);
    expect(await kehu.parked()).toEqual(NONE_PARKED);
  });
});

import { existsSync } from "node:fs";
import { canStartBroker, eventually, startBroker, type Broker } from "@kehu/testing";
import { Api } from "./migrate/acceptance/api.ts";
import { mismatches } from "./migrate/acceptance/checks.ts";
import { EXPORT_NUMBERS } from "./migrate/acceptance/export-numbers.ts";
import { EXPORT_FOLDER, temporaryFolder } from "./migrate/acceptance/folder.ts";
import { fileNumbers, Migration, repeated } from "./migrate/acceptance/migration.ts";
import type { Numbers } from "./migrate/acceptance/numbers.ts";
import { metricsOf, NOTHING, Traces } from "./migrate/acceptance/traces.ts";
import { Client } from "./migrate/engine/client.ts";
import { untilLevel } from "./migrate/engine/freshness.ts";
import { expectedNumbers } from "./sample-data/expected.ts";
import { writeFiles } from "./sample-data/files.ts";
import { generate } from "./sample-data/generate.ts";
import { Install } from "./test/install.ts";

const LOGIN = { email: "admin@kehu.local", password: "seven-quiet-herons" };
const LONG = 600_000;

/** An export, and what must come of it. */
interface Source {
  name: string;
  load(): Promise<{ folder: string; numbers: Numbers }>;
}

const SAMPLE: Source = {
  name: "generated data",
  async load() {
    const folder = temporaryFolder();
    const dataset = generate(0.2, 11);
    await writeFiles(dataset, folder);
    return { folder, numbers: expectedNumbers(dataset) };
  },
};
const EXPORT: Source = {
  name: "the real export",
  load: () => Promise.resolve({ folder: EXPORT_FOLDER, numbers: EXPORT_NUMBERS }),
};
const hasExport = existsSync(EXPORT_FOLDER);
if (!hasExport) {
  process.stderr.write(
    `\nNOT RUN: the migration of the real export (there is no ${EXPORT_FOLDER}); its twin runs.\n\n`,
  );
}

/** The real export is large: over Kafka its twin stands for it, but among the faults. */
const cases = [{ transport: "the Postgres log", source: hasExport ? EXPORT : SAMPLE }];
if (await canStartBroker("the migration over Kafka")) cases.push({ transport: "Kafka", source: SAMPLE });

describe.each(cases)("npm run migrate, with $source.name over $transport", ({ transport, source }) => {
  let install: Install;
  let broker: Broker | null = null;
  let url: string;
  let folder: string;
  let numbers: Numbers;
  let traces: Traces | undefined;
  let before: Record<string, string>;

  beforeAll(async () => {
    ({ folder, numbers } = await source.load());
    broker = transport === "Kafka" ? await startBroker("the migration over Kafka") : null;
    const brokers = broker ? { KAFKA_BROKERS: broker.address } : {};
    install = await Install.make({ KEHU_ADMIN_PASSWORD: LOGIN.password, ...brokers });
    install.start();
    await install.untilReady(LONG);
    url = `http://localhost:${install.port}`;
    await untilLevel(new Client(url, LOGIN, LONG, () => undefined), LONG);
    traces = new Traces(install.superuserUrl());
    before = await traces.live();
  }, LONG);

  afterAll(async () => {
    await traces?.close();
    await install.remove();
    await broker?.remove();
  }, LONG);

  it(
    "foresees in a dry run what will come, and writes nothing",
    async () => {
      const report = await new Migration(url, LOGIN, folder, "--dry-run").done();
      expect(fileNumbers(report)).toEqual(numbers.files);
      expect(await new Api(url, LOGIN).count("accounts")).toBe(0);
    },
    LONG,
  );

  it(
    "gives each row its outcome, also when it is killed on its way and started again",
    async () => {
      const first = new Migration(url, LOGIN, folder);
      await eventually(() => first.output.includes("Leads.csv:"), LONG);
      first.child.kill("SIGKILL");
      const again = fileNumbers(await new Migration(url, LOGIN, folder).done());
      for (const [file, [rows, created, skipped, failed, warnings]] of Object.entries(numbers.files)) {
        const [, createdNow = 0, skippedNow = 0] = again[file] ?? [];
        expect([file, again[file]?.[0], createdNow + skippedNow, again[file]?.[3], again[file]?.[4]]).toEqual([
          file,
          rows,
          created + skipped,
          failed,
          warnings,
        ]);
      }
    },
    LONG,
  );

  it(
    "has brought every number over by then",
    async () => {
      expect(await mismatches(new Api(url, LOGIN), numbers)).toEqual([]);
    },
    LONG,
  );

  it(
    "creates and changes nothing when it runs again, and says so beforehand",
    async () => {
      const foreseen = await new Migration(url, LOGIN, folder, "--dry-run").done();
      const report = await new Migration(url, LOGIN, folder).done();
      expect([fileNumbers(foreseen), fileNumbers(report)]).toEqual([repeated(numbers.files), repeated(numbers.files)]);
    },
    LONG,
  );

  it(
    "brings over one file alone, whose references are there from before",
    async () => {
      const report = await new Migration(url, LOGIN, folder, "--only", "Potentials,Calls").done();
      const { Potentials, Calls } = repeated(numbers.files);
      expect(fileNumbers(report)).toEqual({ Potentials, Calls });
    },
    LONG,
  );

  it(
    "takes all of it back: records, names and unique values are as before, what happened has only grown",
    async () => {
      const looking = traces!;
      const happened = await looking.logs();
      await new Migration(url, LOGIN, "--roll-back", "all").ended();
      expect(await looking.live()).toEqual(before);
      expect(await looking.notGrownSince(happened)).toEqual([]);
      const api = new Api(url, LOGIN);
      expect(await metricsOf(api)).toEqual(NOTHING);
      // Who did not want mail any more has said so all the same: ledgers are never taken back.
      expect(await api.count("consents?filter[state]=withdrawn")).toBe(numbers.withdrawals);
      await expect(new Migration(url, LOGIN, "--roll-back", "all").ended()).rejects.toThrow("no import of such a run");
    },
    LONG,
  );

  it(
    "gives the same numbers once more",
    async () => {
      expect(fileNumbers(await new Migration(url, LOGIN, folder).done())).toEqual(numbers.files);
      const { withdrawals, suppressions } = numbers;
      const now = { ...numbers, withdrawals: 2 * withdrawals, suppressions: 2 * suppressions };
      expect(await mismatches(new Api(url, LOGIN), now)).toEqual([]);
    },
    LONG,
  );
});

describe("npm run migrate", () => {
  it("ends with 1 where it may not sign in, or nobody answers", async () => {
    const nobody = new Migration("http://127.0.0.1:9", LOGIN, temporaryFolder(), "--patience", "0");
    await expect(nobody.done()).rejects.toThrow("Could not finish");
  });

  it("says what it expects", async () => {
    await expect(new Migration("http://127.0.0.1:9", LOGIN, "somewhere", "--only").done()).rejects.toThrow("Usage");
  });
});

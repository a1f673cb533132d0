import { connectionOptions, Database } from "@kehu/database";
import pg from "pg";
import { eventually, testDatabase, type TestDatabase } from "@kehu/testing";
import { BATCH_SIZE } from "../../src/transport.ts";
import { createTestTables, TOPIC } from "./accounts.ts";
import { startPostgres, type Bus, type OwnPostgres } from "./bus.ts";
import { ServiceProcess } from "./child.ts";
import { startBusService, type RunningService, type ServiceOptions } from "./service.ts";

/** Full size for `npm run test:faults`; a tenth of it in every run of the tests. */
const SCALE = process.env["KEHU_FAULTS"] === "full" ? 1 : 0.1;

/** @param full what `npm run test:faults` does */
export const scaled = (full: number): number => Math.ceil(full * SCALE);
/** Milliseconds for something that takes this long at full size, on a machine that others use too. */
export const patience = (full: number): number => Math.max(60_000, full * SCALE);

/** Waits for what takes a moment, on a machine that others use too. */
export const soon = <R>(check: () => R | Promise<R>): Promise<R> => eventually(check, patience(0));

export interface Effect {
  event_id: string;
  key: string;
  version: number;
}

/** Everything that a case of the conformance suite plays on: customer publishes, sales (and marketing) consume. */
export class Stage {
  readonly publisher: Database;
  private readonly running: { close(): Promise<void> }[] = [];

  private constructor(
    readonly bus: Bus,
    readonly postgres: OwnPostgres,
    private readonly database: TestDatabase,
  ) {
    // 40 writers at a time, and nothing that a busy machine could make fail.
    const limits = {
      connectionTimeoutMillis: 60_000,
      statement_timeout: 60_000,
      lock_timeout: 60_000,
    };
    const url = database.url("customer");
    this.publisher = new Database(new pg.Pool({ ...connectionOptions(url), ...limits, max: 40 }), url, 60_000);
  }

  static async build(bus: (postgres: OwnPostgres) => Promise<Bus>): Promise<Stage> {
    const postgres = await startPostgres();
    const database = await testDatabase("customer", "sales", "marketing");
    await createTestTables(database.admin, "customer", ["sales", "marketing"]);
    return new Stage(await bus(postgres), postgres, database);
  }

  /** Before each case: nothing in the database, nothing on the bus. */
  async clear(): Promise<void> {
    await this.database.emptyTables();
    await this.bus.empty();
  }

  /** After each case. */
  async strike(): Promise<void> {
    await Promise.all(this.running.splice(0).map((service) => service.close()));
  }

  options(service: "customer" | "sales" | "marketing"): ServiceOptions {
    const { kafkaBrokers } = this.bus;
    return { url: this.database.url(service), service, area: service, kafkaBrokers, consumes: service !== "customer" };
  }

  async start(service: "customer" | "sales" | "marketing"): Promise<RunningService> {
    const running = await startBusService(this.options(service));
    this.running.push(running);
    return running;
  }

  /** In a process of its own. */
  async spawn(options: ServiceOptions): Promise<ServiceProcess> {
    const process = await ServiceProcess.start(options);
    this.running.push({ close: () => process.kill() });
    return process;
  }

  /** What a handler did, in the order of its commits. */
  async effects(schema: "sales" | "marketing" = "sales"): Promise<Effect[]> {
    const sql = `SELECT event_id, key, version FROM ${schema}.test_effect ORDER BY n`;
    return (await this.database.admin.query<Effect>(sql)).rows;
  }

  async rows<R extends object>(sql: string): Promise<R[]> {
    return (await this.database.admin.query<R>(sql)).rows;
  }

  /** Waits until the consumers of `schema` have a copy of every record as it is. */
  async untilCopied(schema: "sales" | "marketing" = "sales", milliseconds = patience(300_000)): Promise<void> {
    await eventually(async () => {
      const [differing] = await this.rows<{ count: number }>(
        `SELECT count(*)::int AS count FROM (TABLE customer.test_account EXCEPT TABLE ${schema}.test_copy) AS missing`,
      );
      expect(differing!.count).toBe(0);
    }, milliseconds);
  }

  /** Every version of every record had its effect once, and in order. */
  async expectEachEffectOnce(schema: "sales" | "marketing" = "sales"): Promise<void> {
    await eventually(async () => {
      const [{ wanted } = { wanted: 0 }] = await this.rows<{ wanted: number }>(
        "SELECT coalesce(sum(version), 0)::int AS wanted FROM customer.test_account",
      );
      expect((await this.effects(schema)).length).toBeGreaterThanOrEqual(wanted);
    }, patience(300_000));
    const versions = new Map<string, number>();
    for (const { key, version } of await this.effects(schema)) {
      expect(`${key} ${version}`).toBe(`${key} ${(versions.get(key) ?? 0) + 1}`);
      versions.set(key, version);
    }
    const records = await this.rows<{ id: string; version: number }>("SELECT id, version FROM customer.test_account");
    expect(versions).toEqual(new Map(records.map(({ id, version }) => [id, version])));
  }

  /**
   * What anyone finds on the bus: without repeated ids, versions per key rise strictly, and none is missing.
   *
   * @param handovers how often a relay took over from one that was paused or killed: each may repeat one batch
   */
  async expectOrderOnBus(handovers: number): Promise<void> {
    const seen = new Set<string>();
    const versions = new Map<string, number>();
    const messages = await this.bus.read(TOPIC);
    for (const { key, value } of messages) {
      const { id, aggregateversion } = JSON.parse(value!) as { id: string; aggregateversion: number };
      if (seen.has(id)) continue;
      seen.add(id);
      expect(`${key} ${aggregateversion}`).toBe(`${key} ${(versions.get(key!) ?? 0) + 1}`);
      versions.set(key!, aggregateversion);
    }
    expect(messages.length - seen.size).toBeLessThanOrEqual(handovers * BATCH_SIZE);
  }

  /** Waits until nothing is unpublished and nothing lags. */
  async untilLevel(...services: RunningService[]): Promise<void> {
    await eventually(async () => {
      for (const { operations } of services) {
        expect(await operations.freshness()).toMatchObject({ unpublished: 0, lag: 0 });
      }
    }, patience(300_000));
  }

  async end(): Promise<void> {
    await this.publisher.pool.end();
    await this.database.close();
    await this.postgres.remove();
  }
}

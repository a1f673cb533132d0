import { setTimeout as wait } from "node:timers/promises";
import { eventually, type Broker } from "@kehu/testing";
import { Api } from "../../../migrate/acceptance/api.ts";
import { Client } from "../../../migrate/engine/client.ts";
import { Install } from "../../install.ts";

/** The first administrator of every Kehu that is tested here. */
export const LOGIN = { email: "faults@kehu.example", password: "blaue Giraffe im Regen" };

/** For a machine that has other work, too. */
const PATIENCE_MS = 120_000;
const BROKER_AWAY_MS = 20_000;

/** A Kehu that is run the way a person runs it, on the Postgres log or a broker of its own, and what may befall it. */
export class Kehu {
  readonly api: Api;
  readonly client: Client;

  private constructor(
    readonly install: Install,
    private readonly broker: Broker | null,
  ) {
    this.api = new Api(this.url, LOGIN);
    this.client = new Client(this.url, LOGIN, PATIENCE_MS, () => undefined);
  }

  get url(): string {
    return `http://127.0.0.1:${this.install.port}`;
  }

  static async start(broker: Broker | null = null): Promise<Kehu> {
    const install = await Install.make({
      KEHU_ADMIN_EMAIL: LOGIN.email,
      KEHU_ADMIN_PASSWORD: LOGIN.password,
      ...(broker && { KAFKA_BROKERS: broker.address }),
    });
    const kehu = new Kehu(install, broker);
    await kehu.start();
    return kehu;
  }

  async start(): Promise<void> {
    this.install.start();
    await this.install.untilReady(PATIENCE_MS);
  }

  async remove(): Promise<void> {
    await this.install.remove();
    await this.broker?.remove();
  }

  /** Waits until records of a resource are there. */
  async untilThereAre(resource: string): Promise<void> {
    await eventually(async () => (await this.api.count(resource)) > 0, PATIENCE_MS);
  }

  /** kill -9 of the broker, which nobody starts again but us, and that after 20 s; nothing where there is none. */
  async withoutBroker(): Promise<void> {
    if (!this.broker) return;
    await this.broker.kill();
    await wait(BROKER_AWAY_MS);
    await this.broker.start();
  }

  /** kill -9 of one of the six processes or of Postgres, until it runs again. */
  async strike(victim: string): Promise<void> {
    const before = this.pid(victim);
    process.kill(before, "SIGKILL");
    await eventually(() => this.pid(victim) !== before, PATIENCE_MS);
  }

  /** Stops one of the processes in the middle of whatever it does, for as long as the work lasts. */
  async whilePaused<R>(victim: string, work: () => Promise<R>): Promise<R> {
    const pid = this.pid(victim);
    process.kill(pid, "SIGSTOP");
    try {
      return await work();
    } finally {
      process.kill(pid, "SIGCONT");
    }
  }

  /** @throws while it does not run */
  private pid(name: string): number {
    const pid =
      name === "postgres" ? this.install.postmaster() : this.install.running().find((one) => one.name === name)?.pid;
    if (!pid) throw new Error(`${name} does not run.`);
    return pid;
  }

  /** Events that wait for an operator, by service. */
  async parked(): Promise<Record<string, number | null>> {
    const { services } = await this.client.get<{ services: { service: string; parked: number | null }[] }>(
      "/v1/freshness",
    );
    return Object.fromEntries(services.map(({ service, parked }) => [service, parked]));
  }
}

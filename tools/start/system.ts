import { rmSync } from "node:fs";
import { applySchemas, SERVICES } from "@kehu/database";
import { end, freePorts, isFree, processes } from "@kehu/database/embedded";
import { describeAdministrator } from "./administrator.ts";
import { launchOf, marker } from "./environment.ts";
import { writeWhole } from "./files.ts";
import { Logs } from "./logs.ts";
import { SupervisedPostgres } from "./postgres.ts";
import { untilReady } from "./ready.ts";
import { readSecrets, type Secrets } from "./secrets.ts";
import { Service } from "./service.ts";
import { EX_CONFIG, pathsOf, type Settings } from "./settings.ts";

/** Milliseconds that each part gets to stop; Postgres has 8,000 more, so that all of it ends within 25 s. */
const STOP = { gateway: 6_000, services: 10_000, leftovers: 10_000 };

/** All processes of one install. */
export class System {
  private readonly settings: Settings;
  private readonly paths: ReturnType<typeof pathsOf>;
  private readonly logs: Logs;
  private readonly secrets: Secrets;
  private readonly aborting = new AbortController();
  private readonly fail: (exitCode: number) => void;
  private postgres: SupervisedPostgres | undefined;
  private services: Service[] = [];
  private starting: Promise<unknown> | undefined;

  /** @param fail called with an exit code when the system cannot go on */
  constructor(settings: Settings, fail: (exitCode: number) => void) {
    this.settings = settings;
    this.fail = fail;
    this.paths = pathsOf(settings.dataDir);
    this.logs = new Logs(this.paths.logs);
    this.secrets = readSecrets(this.paths.secrets, settings.adminEmail);
  }

  /**
   * Brings everything up.
   *
   * @returns what to tell the person who started it
   * @throws AbortError when it is stopped meanwhile
   */
  start(): Promise<string> {
    const starting = this.bringUp();
    this.starting = starting.catch(() => undefined);
    return starting;
  }

  private async bringUp(): Promise<string> {
    const { signal } = this.aborting;
    await this.endLeftovers();
    const { host, port } = this.settings;
    if (!(await isFree(port, host)))
      throw new Error(`Port ${port} is in use by another program. Set PORT to another one.`);
    const adminUrl = this.settings.databaseUrl ?? (await this.startPostgres());
    signal.throwIfAborted();
    await applySchemas(adminUrl, this.secrets.database).catch((error: unknown) => {
      throw new Error(`The database could not be prepared: ${(error as Error).message}`, { cause: error });
    });
    signal.throwIfAborted();
    await this.startServices(adminUrl);
    await untilReady(this.services, signal);
    const url = `http://localhost:${port}`;
    const administrator = await describeAdministrator(this.settings, this.secrets, this.paths.secrets);
    return [`Kehu is ready at ${url}`, `  API            ${url}/docs`, administrator].join("\n");
  }

  /** First those that ask, then those that answer, then what they keep it in. */
  async stop(): Promise<void> {
    this.aborting.abort();
    await this.starting;
    const isGateway = ({ launch }: Service) => launch.name === "gateway";
    await Promise.all(this.services.filter(isGateway).map((service) => service.stop(STOP.gateway)));
    await Promise.all(this.services.map((service) => service.stop(STOP.services)));
    await this.postgres?.stop();
    rmSync(this.paths.run, { force: true });
  }

  /** After a kill of `npm start` its processes run on; they are ended, as their ports and secrets may not be ours. */
  private async endLeftovers(): Promise<void> {
    const suffix = marker(this.settings.dataDir).join(" ");
    const left = () =>
      processes()
        .filter(({ command }) => command.endsWith(suffix))
        .map(({ pid }) => pid);
    if (left().length > 0) console.log("Ending what an earlier start left running ...");
    await end(left, "SIGTERM", STOP.leftovers);
    rmSync(this.paths.run, { force: true });
  }

  private async startPostgres(): Promise<string> {
    this.postgres = await SupervisedPostgres.prepare(
      this.paths.postgres,
      this.secrets.postgres,
      this.logs.path("postgres"),
      this.settings,
    );
    return this.postgres.start();
  }

  private async startServices(adminUrl: string): Promise<void> {
    const { port, ports } = this.settings;
    const free = await freePorts(SERVICES.length, ports, [port]);
    const portOf = (name: string, index: number) => (name === "gateway" ? port : free[index]!);
    const run = {
      settings: this.settings,
      secrets: this.secrets,
      adminUrl,
      ports: new Map(SERVICES.map(({ name }, index) => [name, portOf(name, index)])),
    };
    this.services = SERVICES.map((description) => new Service(launchOf(description, run), this.logs, this));
    for (const service of this.services) service.start();
  }

  onStart(): void {
    const running = this.services.flatMap(({ launch: { name, port }, pid }) =>
      pid === undefined ? [] : [{ name, pid, port }],
    );
    writeWhole(this.paths.run, running);
  }

  onWrongConfiguration(name: string): void {
    console.error(`${name} cannot work with its configuration:\n${this.logs.tail(name)}`);
    this.fail(EX_CONFIG);
  }
}

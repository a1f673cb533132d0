import { freePorts } from "@kehu/database/embedded";
import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from "testcontainers";
import { KAFKA_VERSION, SETTINGS, START_LIMIT, type Broker } from "./broker.ts";

/** Whether a Docker engine answers. */
export async function hasDocker(): Promise<boolean> {
  try {
    const client = await getContainerRuntimeClient();
    await client.container.dockerode.ping();
    return true;
  } catch {
    return false;
  }
}

/** Kafka in a container of its own image. Its port on this machine stays the same over restarts. */
export class DockerBroker implements Broker {
  readonly address: string;
  readonly #definition: GenericContainer;
  #container: StartedTestContainer | null = null;

  private constructor(address: string, definition: GenericContainer) {
    this.address = address;
    this.#definition = definition;
  }

  /** Describes an empty broker; it is not started yet. */
  static async create(): Promise<DockerBroker> {
    const [port] = await freePorts(1);
    const settings = {
      ...SETTINGS,
      listeners: "PLAINTEXT://0.0.0.0:9092,CONTROLLER://localhost:9093",
      "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
      "controller.quorum.voters": "1@localhost:9093",
    };
    // The image reads `a.b` of server.properties from KAFKA_A_B.
    const environment = Object.entries(settings).map(([name, value]) => [
      `KAFKA_${name.replaceAll(".", "_").toUpperCase()}`,
      value,
    ]);
    const definition = new GenericContainer(`apache/kafka:${KAFKA_VERSION}`)
      .withExposedPorts({ container: 9092, host: port! })
      .withEnvironment(Object.fromEntries(environment) as Record<string, string>)
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .withStartupTimeout(START_LIMIT);
    return new DockerBroker(`127.0.0.1:${port}`, definition);
  }

  async start(): Promise<void> {
    if (this.#container) await this.#container.restart();
    else this.#container = await this.#definition.start();
  }

  async kill(): Promise<void> {
    const client = await getContainerRuntimeClient();
    await client.container.getById(this.#container!.getId()).kill();
  }

  async remove(): Promise<void> {
    await this.#container?.stop();
  }
}

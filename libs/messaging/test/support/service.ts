import { connectionOptions, Database } from "@kehu/database";
import { BusOperations, BusStrategy, MessagingModule, TRANSPORT } from "@kehu/messaging";
import { Global, Module } from "@nestjs/common";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { Test } from "@nestjs/testing";
import pg from "pg";
import { KafkaTransport } from "../../src/kafka/kafka-transport.ts";
import { PostgresLogTransport } from "../../src/postgres-log-transport.ts";
import { Session } from "../../src/session.ts";
import { CopiesConsumer } from "./copies.consumer.ts";
import { Faults, withFaults, type Step } from "./faults.ts";

/** A service of the conformance suite, in the test's process or in one of its own. */
export interface ServiceOptions {
  /** Of the application role. */
  url: string;
  service: string;
  /** The area whose events it publishes; none for a consumer. */
  area: string;
  kafkaBrokers: readonly string[];
  /** Whether it has the test's event handlers. */
  consumes: boolean;
  dieAt?: Step;
  /** Has kafkajs fail with an error that is not Kafka's. */
  breakKafka?: boolean;
  /** The how-many-th time. */
  nth?: number;
}

export interface RunningService {
  operations: BusOperations;
  strategy: BusStrategy;
  close(): Promise<void>;
}

/** A real application on a real transport, in which faults may be planted. */
export async function startBusService(options: ServiceOptions): Promise<RunningService> {
  const database = new Database(new pg.Pool({ ...connectionOptions(options.url), max: 6 }), options.url);
  const faults = new Faults(options.dieAt, options.nth);

  @Global()
  @Module({
    providers: [
      { provide: Database, useValue: database },
      { provide: Faults, useValue: faults },
    ],
    exports: [Database, Faults],
  })
  class PlatformModule {}

  const { service, area, kafkaBrokers } = options;
  const testing = await Test.createTestingModule({
    imports: [PlatformModule, MessagingModule.forRoot({ service, area, kafkaBrokers })],
    controllers: options.consumes ? [CopiesConsumer] : [],
  })
    .overrideProvider(TRANSPORT)
    .useFactory({
      factory: (session: Session) => {
        const kafka = () => new KafkaTransport(kafkaBrokers, service);
        return withFaults(kafkaBrokers.length ? kafka() : new PostgresLogTransport(database, session), faults);
      },
      inject: [Session],
    })
    .compile();
  const app = testing.createNestApplication(new FastifyAdapter(), { logger: false });
  const strategy = app.get(BusStrategy);
  app.connectMicroservice({ strategy });
  await app.startAllMicroservices();
  let closed: Promise<void> | null = null;
  return {
    operations: app.get(BusOperations),
    strategy,
    close: () => (closed ??= app.close().then(() => database.pool.end())),
  };
}

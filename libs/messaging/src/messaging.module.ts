import { Database } from "@kehu/database";
import { Module, type DynamicModule, type Provider } from "@nestjs/common";
import { DeadLetters } from "./dead-letters.ts";
import { Inbox } from "./inbox.ts";
import { KafkaTransport } from "./kafka/kafka-transport.ts";
import { BusOperations } from "./operations.ts";
import { MESSAGING, type MessagingOptions } from "./options.ts";
import { PostgresLogTransport } from "./postgres-log-transport.ts";
import { Relay } from "./relay.ts";
import { Session } from "./session.ts";
import { BusStrategy } from "./strategy.ts";
import { TRANSPORT, type Transport } from "./transport.ts";

/**
 * A service's part of the bus: relay, consumers, dead letters, snapshots. It needs `Database` from a global module,
 * with the schema migrated; it begins to work when the application starts its microservices (see BusStrategy).
 */
@Module({})
export class MessagingModule {
  static forRoot(options: MessagingOptions): DynamicModule {
    const providers: Provider[] = [
      { provide: MESSAGING, useValue: options },
      { provide: Session, useFactory: (database: Database) => new Session(database), inject: [Database] },
      {
        provide: TRANSPORT,
        useFactory: (database: Database, session: Session) => transportOf(options, database, session),
        inject: [Database, Session],
      },
      { provide: Inbox, useFactory: (database: Database) => new Inbox(database), inject: [Database] },
      { provide: DeadLetters, useFactory: (database: Database) => new DeadLetters(database), inject: [Database] },
      {
        provide: Relay,
        useFactory: (database: Database, session: Session, transport: Transport) =>
          new Relay(database, session, transport, options.service, options.area),
        inject: [Database, Session, TRANSPORT],
      },
      BusStrategy,
      BusOperations,
    ];
    return { module: MessagingModule, global: true, providers, exports: [BusStrategy, BusOperations, Session] };
  }
}

function transportOf({ service, kafkaBrokers }: MessagingOptions, database: Database, session: Session): Transport {
  if (kafkaBrokers.length > 0) return new KafkaTransport(kafkaBrokers, `kehu.${service}`);
  return new PostgresLogTransport(database, session);
}

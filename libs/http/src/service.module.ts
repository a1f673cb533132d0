import { IdentityCopiesConsumer, internalAuth } from "@kehu/auth";
import { connectionOptions, Database, isTransient } from "@kehu/database";
import { MessagingModule } from "@kehu/messaging";
import { PersonalData } from "@kehu/personal-data";
import {
  Bulk,
  Clock,
  CompanySettings,
  CursorSigner,
  CustomFields,
  Defining,
  Dependents,
  Erasures,
  Handovers,
  HandoversConsumer,
  History,
  Housekeeping,
  KeptRecords,
  Orphans,
  Ownership,
  PersonKeys,
  Pins,
  Purge,
  RecordLists,
  RecordQueries,
  Recents,
  RecordReach,
  Records,
  References,
  Relations,
  Retention,
  Reveals,
  SavedViewFaults,
  Subjects,
  Viewing,
  Writing,
} from "@kehu/records";
import { Global, Module, type DynamicModule, type Provider } from "@nestjs/common";
import { APP_FILTER, APP_GUARD, APP_PIPE } from "@nestjs/core";
import { getDataSourceToken, TypeOrmModule } from "@nestjs/typeorm";
import type { Pool } from "pg";
import type { DataSource } from "typeorm";
import { ConfigError, type ServiceConfig } from "./config.ts";
import { documentController } from "./document.controller.ts";
import { HealthController } from "./health.controller.ts";
import { HoldingsController, ReachController } from "./holdings.controller.ts";
import { FreshnessController, operationsController } from "./operations.controller.ts";
import { orphansController } from "./orphans.controller.ts";
import { personKeysController } from "./person-keys.controller.ts";
import { ProblemFilter } from "./problem.filter.ts";
import { purgeController } from "./purge.controller.ts";
import { QueryGuard } from "./query.guard.ts";
import { SubjectsController } from "./subjects.controller.ts";
import { ValidationPipe } from "./validation.pipe.ts";

/** Connections of one process to its database, besides those for LISTEN and locks. */
const POOL_SIZE = 10;
/** With pg's ten seconds the requests after every pause would wait for new connections, and for all their statements to be prepared again. */
const KEPT_MS = 300_000;

/** Who a service is. */
export interface ServiceIdentity {
  /** As in run.json and in the audience of its tokens. */
  name: string;
  /** Its schema in Postgres. */
  schema: string;
  /** Its committed OpenAPI document. */
  document: URL;
}

/** The parts of a service that have nothing to do with what it is for. */
@Global()
@Module({})
export class ServiceModule {
  static forRoot(service: ServiceIdentity, config: ServiceConfig): DynamicModule {
    const platform = platformProviders(config);
    return {
      module: ServiceModule,
      imports: [
        databaseModule(config.databaseUrl, service.schema),
        MessagingModule.forRoot({ service: service.name, area: service.name, kafkaBrokers: config.kafkaBrokers }),
      ],
      controllers: [
        HealthController,
        IdentityCopiesConsumer,
        HandoversConsumer,
        FreshnessController,
        HoldingsController,
        ReachController,
        operationsController(service.name),
        documentController(service.document),
        SubjectsController,
        ...(config.masterKeys.length > 0
          ? [personKeysController(service.name), purgeController(service.name), orphansController(service.name)]
          : []),
      ],
      providers: [
        ...platform,
        ...internalAuth(service.name, config.internalSecret),
        { provide: APP_GUARD, useClass: QueryGuard },
      ],
      exports: platform.filter((provider) => typeof provider === "function" || !isGlobalHook(provider)),
    };
  }
}

/** TypeORM with the pool of the service; entities come from the slices' modules. */
export function databaseModule(url: string, schema: string): DynamicModule {
  const { connectionString, ...extra } = connectionOptions(url);
  return TypeOrmModule.forRoot({
    type: "postgres",
    url: connectionString,
    schema,
    autoLoadEntities: true,
    poolSize: POOL_SIZE,
    extra: { ...extra, idleTimeoutMillis: KEPT_MS },
    retryAttempts: 30,
    retryDelay: 500,
    logging: false,
  });
}

/** Database, records and the global filter and pipe. */
export function platformProviders({
  databaseUrl,
  cursorSecret,
  masterKeys = [],
}: Pick<ServiceConfig, "databaseUrl" | "cursorSecret"> & Partial<ServiceConfig>): Provider[] {
  return [
    {
      provide: Database,
      useFactory: (source: DataSource) =>
        new Database((source.driver as unknown as { master: Pool }).master, databaseUrl),
      inject: [getDataSourceToken()],
    },
    { provide: CursorSigner, useValue: new CursorSigner(cursorSecret) },
    {
      provide: PersonalData,
      useFactory: (database: Database) => personalData(database, masterKeys),
      inject: [Database],
    },
    Clock,
    CompanySettings,
    CustomFields,
    Defining,
    SavedViewFaults,
    Viewing,
    KeptRecords,
    Pins,
    Recents,
    References,
    Records,
    Dependents,
    RecordLists,
    Relations,
    RecordQueries,
    History,
    Housekeeping,
    Erasures,
    Handovers,
    RecordReach,
    PersonKeys,
    Reveals,
    Subjects,
    Retention,
    Purge,
    Bulk,
    Orphans,
    Ownership,
    Writing,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: ValidationPipe },
  ];
}

/** With another master key than the one with which it was encrypted the data could not be read: better not to start. */
async function personalData(database: Database, masterKeys: readonly string[]): Promise<PersonalData> {
  try {
    return await PersonalData.open(database, masterKeys);
  } catch (error) {
    if (isTransient(error)) throw error;
    throw new ConfigError(`KEHU_MASTER_KEY does not fit this database: ${(error as Error).message}`);
  }
}

const GLOBAL_HOOKS: readonly unknown[] = [APP_FILTER, APP_PIPE];
const isGlobalHook = (provider: Provider) => typeof provider === "object" && GLOBAL_HOOKS.includes(provider.provide);

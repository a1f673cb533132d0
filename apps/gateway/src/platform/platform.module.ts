import { databaseModule, operationsController, platformProviders } from "@kehu/http";
import { MessagingModule } from "@kehu/messaging";
import { Global, Module, type DynamicModule } from "@nestjs/common";
import { APP_FILTER, APP_PIPE } from "@nestjs/core";
import { Config } from "../gateway-config.ts";

const HOOKS: readonly unknown[] = [APP_FILTER, APP_PIPE];

/** What the gateway shares with the services: database, records, bus, problem documents. */
@Global()
@Module({})
export class PlatformModule {
  static forRoot(config: Config): DynamicModule {
    const providers = [{ provide: Config, useValue: config }, ...platformProviders(config)];
    return {
      module: PlatformModule,
      imports: [
        databaseModule(config.databaseUrl, "identity"),
        MessagingModule.forRoot({ service: "gateway", area: "identity", kafkaBrokers: config.kafkaBrokers }),
      ],
      controllers: [operationsController("gateway")],
      providers,
      exports: providers.filter((provider) => !("provide" in provider && HOOKS.includes(provider.provide))),
    };
  }
}

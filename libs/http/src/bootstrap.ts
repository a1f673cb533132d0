import type { DynamicModule, Type } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { BusStrategy } from "@kehu/messaging";
import { endIfMisconfigured } from "./config.ts";
import { JsonLogger } from "./logger.ts";
import { httpServer } from "./server.ts";

/** Where and how a process listens. */
interface Listening {
  port: number;
  host: string;
  logLevel: string;
  /** Addresses and CIDR ranges of proxies whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[];
}

/**
 * Makes the application of a service: HTTP server, event handlers, problem documents. It does not listen yet.
 *
 * @param service the service's name, for its log lines
 */
export async function createApp(
  module: Type | DynamicModule,
  service: string,
  logLevel: string,
  trustedProxies?: readonly string[],
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(module, httpServer(trustedProxies), {
    bodyParser: false,
    logger: new JsonLogger(service, logLevel),
    abortOnError: false,
  });
  app.connectMicroservice({ strategy: app.get(BusStrategy) });
  return app;
}

/** Runs a service until SIGTERM or SIGINT: HTTP, relay and consumers. */
export async function bootstrap(module: Type | DynamicModule, service: string, listening: Listening): Promise<void> {
  const { port, host, logLevel, trustedProxies } = listening;
  const app = await createApp(module, service, logLevel, trustedProxies).catch(endIfMisconfigured);
  await app.startAllMicroservices().catch(endIfMisconfigured);
  await app.listen(port, host).catch(endIfMisconfigured);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    // Kept-alive sockets that fall idle would hold the server open (nest #7611).
    setInterval(() => (app.getHttpServer() as { closeIdleConnections(): void }).closeIdleConnections(), 50).unref();
    void app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

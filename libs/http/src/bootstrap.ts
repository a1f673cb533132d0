import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { DynamicModule, Type } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { BusStrategy } from "@kehu/messaging";
import { endIfMisconfigured } from "./config.ts";
import { farewell } from "./farewell.ts";
import { JsonLogger } from "./logger.ts";
import { httpServer, type ServerOptions } from "./server.ts";

/** Where and how a process listens. */
interface Listening extends ServerOptions {
  port: number;
  host: string;
  logLevel: string;
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
  options: ServerOptions = {},
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(module, httpServer(options), {
    bodyParser: false,
    logger: new JsonLogger(service, logLevel),
    abortOnError: false,
  });
  app.connectMicroservice({ strategy: app.get(BusStrategy) });
  return app;
}

/**
 * Runs a service until SIGTERM or SIGINT: HTTP, relay and consumers. Then it ends with code 0: at once while it is still
 * starting, else by `farewell`.
 */
export async function bootstrap(module: Type | DynamicModule, service: string, listening: Listening): Promise<void> {
  let running: NestFastifyApplication | null = null;
  const stop = once(() => (running ? farewell(running) : Promise.resolve()));
  // From the first moment: as process 1 of a container Node ignores a signal that nobody listens to.
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  const { port, host, logLevel } = listening;
  const app = await createApp(module, service, logLevel, listening).catch(endIfMisconfigured);
  await app.startAllMicroservices().catch(endIfMisconfigured);
  await app.listen(port, host).catch(endIfMisconfigured);
  running = app;
  setTimeout(collectGarbage, SETTLED_AFTER).unref();
}

/** A moment after the start, when modules are loaded and connections made. In milliseconds. */
const SETTLED_AFTER = 3_000;

/**
 * Starting leaves a third of the memory as garbage. An idle process would keep it: V8 collects when it needs room. Only as
 * a last resort it gives what it has freed back to the system.
 */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (how: object) => void;
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
}

function once(stop: () => Promise<void>): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    void stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
}

import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { BusStrategy } from '@kehu/messaging';
import { JsonLogger } from './logger.ts';
import { httpServer } from './server.ts';

/** Where and how a process listens. */
interface Listening {
  port: number;
  host: string;
  logLevel: string;
}

/**
 * Makes the application of a service: HTTP server, event handlers, problem documents. It does not listen yet.
 *
 * @param service the service's name, for its log lines
 */
export async function createApp(module: Type, service: string, logLevel: string): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(module, httpServer(), {
    bodyParser: false,
    logger: new JsonLogger(service, logLevel),
    abortOnError: false,
  });
  app.connectMicroservice({ strategy: app.get(BusStrategy) });
  return app;
}

/** Runs a service until SIGTERM or SIGINT: HTTP, relay and consumers. */
export async function bootstrap(module: Type, service: string, { port, host, logLevel }: Listening): Promise<void> {
  const app = await createApp(module, service, logLevel);
  await app.startAllMicroservices();
  await app.listen(port, host);
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
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

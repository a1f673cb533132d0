import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { setTimeout as wait } from "node:timers/promises";

/** Long enough for whoever uses a connection to use it once more, and so to hear that it ends. */
const FAREWELL_MS = 500;
const IDLE_CHECK_MS = 50;

/**
 * Stops a service without cutting anyone off: for a moment it answers as before, but with `Connection: close`, so that
 * clients take their next request elsewhere; then it takes no more connections, stops its consumers, answers what is in
 * flight, publishes the rest of the outbox, and ends its pool.
 */
export async function farewell(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  server.prependListener("request", (_request, response) => response.setHeader("connection", "close"));
  await wait(FAREWELL_MS);
  // Kept-alive sockets that fall idle would hold the server open (nest #7611).
  setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS).unref();
  await app.close();
}

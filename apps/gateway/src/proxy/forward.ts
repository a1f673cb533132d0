import { Problem, Unavailable } from "@kehu/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { EventEmitter } from "node:events";
import type { Dispatcher, Pool } from "undici";
import { requestHeaders, responseHeaders } from "./headers.ts";
import type { RequestBody } from "./request-body.ts";

/**
 * Sends a request on to a service and its answer back, both as streams. The request to the service ends when the
 * client goes away or the time is up.
 *
 * @throws Unavailable where the service is away or too slow; `outcome: unknown` where it may have done its work
 */
export async function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  target: { pool: Pool; path: string; token: string | undefined; body: RequestBody },
): Promise<FastifyReply> {
  const { pool, path, token, body } = target;
  const method = request.raw.method as Dispatcher.HttpMethod;
  const abort = new EventEmitter(); // undici takes an emitter as a signal, at less cost than an AbortController
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    abort.emit("abort");
  }, body.deadlineMs);
  reply.raw.once("close", () => {
    clearTimeout(timer);
    if (!reply.raw.writableFinished) abort.emit("abort");
  });
  const headers = requestHeaders(request.headers, request.id, token);
  const send = () => pool.request({ method, path, headers, body: body.stream, signal: abort });
  try {
    const answer = await send().catch((error: unknown) => {
      // A kept-alive connection that the service has just closed: reading again is harmless.
      if (body.stream === null && method === "GET" && !late && codeOf(error) === "UND_ERR_SOCKET") return send();
      throw error;
    });
    if (!request.raw.complete) void reply.header("connection", "close");
    return await reply.code(answer.statusCode).headers(responseHeaders(answer.headers)).send(answer.body);
  } catch (error) {
    if (!request.raw.complete) void reply.header("connection", "close");
    throw problemOf(error, method);
  }
}

const NEVER_ARRIVED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function problemOf(error: unknown, method: string): Problem {
  if (error instanceof Problem) return error;
  const unknown = method !== "GET" && method !== "HEAD" && !NEVER_ARRIVED.has(codeOf(error));
  return new Unavailable("service.unavailable", "The service behind this path does not answer now.", {
    retryAfter: 2,
    ...(unknown && { outcome: "unknown" }),
  });
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? "";
}

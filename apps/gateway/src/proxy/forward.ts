import { Problem, Unavailable } from "@kehu/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Exchange, type Target } from "./exchange.ts";

/**
 * Sends a request on to a service and its answer back, both as streams. The request to the service ends when the
 * client goes away, or when no answer has begun in time.
 *
 * @returns the body of a refusal, for Fastify to send; undefined for an answer that is on its way
 * @throws Unavailable where the service is away or too slow; `outcome: unknown` where it may have done its work
 */
export async function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  target: Target,
): Promise<Buffer | undefined> {
  const method = request.raw.method ?? "";
  const send = () => new Exchange(request, reply, target).run();
  try {
    return await send().catch((error: unknown) => {
      // A kept-alive connection that the service has just closed: reading again is harmless.
      if (method === "GET" && codeOf(error) === "UND_ERR_SOCKET") return send();
      throw error;
    });
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

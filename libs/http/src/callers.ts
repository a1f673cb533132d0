import type { Callers } from "@kehu/records";
import type { HttpAdapterHost } from "@nestjs/core";
import type { FastifyInstance } from "fastify";

/** What somebody asks who waits for the answer; who follows an import does not want it slower for that. */
const IS_ASKED = /^\/v1\/(?!freshness\b|[^/?]+\/imports\b)/;

/** Lets the imports of a service know of its callers. */
export function countCallers({ httpAdapter }: HttpAdapterHost, callers: Callers): void {
  const fastify = httpAdapter.getInstance<FastifyInstance>();
  fastify.addHook("onRequest", (request, _reply, done) => {
    if (IS_ASKED.test(request.url)) callers.asked();
    done();
  });
}

import { Malformed, Problem } from "@kehu/contracts";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { answerClientErrors, answerOddRequests } from "./client-errors.ts";
import { HttpAdapter } from "./http-adapter.ts";
import { parseBody } from "./json-body.ts";
import { sendProblem } from "./problem.filter.ts";
import { securityHeaders } from "./security-headers.ts";
import { closeSlowClients, patienceOf } from "./slow-clients.ts";

/** The largest JSON body, in bytes, but for what a route takes by `@RouteConfig({ bodyLimit })`. */
export const BODY_LIMIT = 256 * 1024;

const REQUEST_ID = /^[\w.-]{1,64}$/;

/** What differs between the servers of Kehu. */
export interface ServerOptions {
  /** Addresses and CIDR ranges of proxies whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[];
  /** How long a client may be slow, in milliseconds. */
  clientPatienceMs?: number;
  /** Whether clients come by https only. */
  isSecure?: boolean;
}

/**
 * The HTTP server of every process, with the limits of a server that strangers reach; takes JSON and nothing else.
 *
 * @returns the adapter, for Nest; its Fastify has no routes yet
 */
export function httpServer({
  trustedProxies = [],
  clientPatienceMs = 15_000,
  isSecure = false,
}: ServerOptions = {}): HttpAdapter {
  const patience = patienceOf(clientPatienceMs);
  const headers = securityHeaders(isSecure);
  const adapter = new HttpAdapter({
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: patience.request,
    connectionTimeout: patience.stall,
    keepAliveTimeout: 20_000,
    maxRequestsPerSocket: 0,
    // What still comes over an open connection when the process stops is answered like everything before it.
    return503OnClosing: false,
    // The limits of time above and below hold as exactly as sockets are looked at.
    http: {
      headersTimeout: patience.headers,
      connectionsCheckingInterval: patience.step,
      maxHeaderSize: 16 * 1024,
      requireHostHeader: false, // answerOddRequests looks for it
    },
    routerOptions: { maxParamLength: 200 },
    genReqId: (request: IncomingMessage) => {
      const given = request.headers["x-request-id"];
      return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
    },
    clientErrorHandler: answerClientErrors(headers, patience.step),
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const code = error.code === "FST_ERR_BAD_URL" ? "path.malformed" : "request.malformed";
      sendProblem(request, reply.headers(headers), new Malformed(code, "The address cannot be read."));
    },
  });
  const fastify = adapter.getInstance();
  answerOddRequests(fastify, headers, patience.step);
  closeSlowClients(fastify, patience);
  fastify.removeAllContentTypeParsers();
  fastify.addHook("onRoute", (route) => {
    const { bodyLimit } = (route.config ?? {}) as { bodyLimit?: number };
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
  });
  // An upload is read by whoever takes it, from the request itself: no body is ever a stream.
  fastify.addContentTypeParser("multipart/form-data", (request, _payload, done) => {
    const { upload } = request.routeOptions.config as { upload?: boolean };
    done(upload ? null : new Problem(415, "request.unsupported-type", "Send application/json in UTF-8."), undefined);
  });
  fastify.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => {
    try {
      done(null, parseBody(body as Buffer));
    } catch (error) {
      done(error instanceof Error ? error : new Malformed("json.malformed", "The body is not JSON."), undefined);
    }
  });
  return adapter;
}

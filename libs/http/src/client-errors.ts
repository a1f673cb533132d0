import { Malformed, Problem } from "@kehu/contracts";
import type { FastifyInstance } from "fastify";
import { randomUUID } from "node:crypto";
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isUploading } from "./uploads.ts";
import { PROBLEM_TYPE, problemOf, problemText, sendProblem } from "./problem.filter.ts";

/** What Node's parser calls the errors that are more than a malformed request. */
const STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

type Headers = Readonly<Record<string, string>>;

/**
 * Answers, with a problem document, what never becomes a request: bytes that Node's HTTP parser does not understand,
 * headers that are too large, requests that come too slowly. The connection ends with it.
 *
 * @param headers of every answer
 * @param linger how long the client may take to read it, in milliseconds
 */
export const answerClientErrors = (headers: Headers, linger: number) =>
  function answer(error: Error & { code?: string }, socket: Socket): void {
    if (error.code === "ECONNRESET" || socket.destroyed) return;
    if (error.code === "ERR_HTTP_REQUEST_TIMEOUT" && isUploading(socket)) return;
    refuse(socket, problemOf({ statusCode: STATUS[error.code ?? ""] ?? 400 }), headers, linger);
  };

/**
 * Answers what Node would otherwise refuse by itself, without a body: no Host, an Expect of its own making, CONNECT.
 *
 * @param headers of every answer
 * @param linger how long the client may take to read it, in milliseconds
 */
export function answerOddRequests(fastify: FastifyInstance, headers: Headers, linger: number): void {
  // RFC 9112, section 3.2. Node looks for it as well, unless it is told not to (requireHostHeader).
  fastify.addHook("onRequest", (request, reply, done) => {
    if (request.raw.headers.host !== undefined || request.raw.httpVersion !== "1.1") return done();
    void reply.headers(headers).header("connection", "close");
    sendProblem(request, reply, new Malformed("request.malformed", "The header Host is missing."));
  });
  fastify.server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    const problem = new Problem(417, "request.unsupported-expectation", "Expect takes 100-continue only.");
    response.writeHead(problem.status, { ...headers, "content-type": PROBLEM_TYPE, connection: "close" });
    response.end(problemText(problem, randomUUID(), request.headers["accept-language"]));
  });
  fastify.server.on("connect", (_request: IncomingMessage, socket: Socket) => {
    refuse(socket, new Problem(405, "method.not-allowed", "This is no proxy: it takes no CONNECT."), headers, linger);
  });
}

function refuse(socket: Socket, problem: Problem, headers: Headers, linger: number): void {
  // Node does the same: half an answer that is on its way must not be mixed with another one.
  const { _httpMessage: answering } = socket as Socket & { _httpMessage?: ServerResponse };
  if (!socket.writable) return;
  if (answering?.headersSent) return socket.destroySoon();
  const text = problemText(problem, randomUUID());
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join("")}` +
      `content-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
  // Closed at once, with bytes unread, it would be reset, and the answer lost on its way.
  setTimeout(() => socket.destroy(), linger).unref();
}

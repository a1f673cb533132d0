import type { FastifyInstance } from "fastify";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The slowest that a client may take an answer, in bytes per millisecond: as slow as an upload. */
const RATE = 16;
/** Requests of one connection that may wait for the answer to the one before them. */
const MOST_WAITING = 16;

/** How long clients may be slow, in milliseconds. Whatever they are slow with ends within the whole. */
export interface Patience {
  /** Headers of a request, from the opening of the connection or the first byte. */
  headers: number;
  /** A whole request. */
  request: number;
  /**
   * A connection on which nothing moves. Node sees only at the end of a second such time that the first part of an answer
   * was taken and the rest is not.
   */
  stall: number;
  /** An answer that is taken too slowly, before its size counts. */
  trickle: number;
  /** How exactly all of them hold. */
  step: number;
}

/** @param whole in milliseconds */
export function patienceOf(whole: number): Patience {
  const part = (fifteenths: number) => Math.round((whole * fifteenths) / 15);
  return { headers: part(10), request: part(13), stall: part(7), trickle: part(8), step: part(1) };
}

/**
 * Closes the connections of clients that do not take their answers, or send many requests ahead of them. (That requests
 * come too slowly Node sees by itself.)
 *
 * @param fastify whose `connectionTimeout` is `stall`
 */
export function closeSlowClients(fastify: FastifyInstance, { stall, trickle, step }: Patience): void {
  closeWhatStalls(fastify, stall);
  closeWhatTrickles(fastify, trickle, step);
  limitPipelines(fastify);
}

/** A client who waits for us, which is not his fault, waits so many times. */
const TIMES = 3;

/** With bytes still to be sent it is the client who does not read; without, he waits for us. */
function closeWhatStalls(fastify: FastifyInstance, stall: number): void {
  const waited = new WeakMap<Socket, { bytes: number; times: number }>();
  fastify.server.on("timeout", (socket: Socket & { _httpMessage?: ServerResponse | null }) => {
    const { bytesWritten: bytes } = socket;
    const before = waited.get(socket);
    const times = before?.bytes === bytes ? before.times + 1 : 1;
    const waitsForUs = socket._httpMessage && socket.writableLength === 0;
    if (!waitsForUs || times === TIMES) return socket.destroy();
    waited.set(socket, { bytes, times });
    socket.setTimeout(stall);
  });
}

interface Unsent {
  since: number;
  /** Bytes that were taken before. */
  taken: number;
  size: number;
}

const takenOf = (socket: Socket) => socket.bytesWritten - socket.writableLength;

/** A byte now and then is no stall. Who has not taken all that there is, must take it at the least rate. */
function closeWhatTrickles(fastify: FastifyInstance, grace: number, step: number): void {
  const sockets = new Map<Socket, Unsent | undefined>();
  fastify.server.on("connection", (socket: Socket) => {
    sockets.set(socket, undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [socket, unsent] of sockets) {
      const size = socket.writableLength;
      if (size === 0) sockets.set(socket, undefined);
      else if (!unsent) sockets.set(socket, { since: now, taken: takenOf(socket), size });
      else if (now - unsent.since > grace + (unsent.size + takenOf(socket) - unsent.taken) / RATE) socket.destroy();
    }
  }, step).unref();
  fastify.server.once("close", () => clearInterval(timer));
}

/** Node starts on every request that it has read, however many answers are still to be sent before its own. */
function limitPipelines(fastify: FastifyInstance): void {
  const waiting = new WeakMap<Socket, number>();
  fastify.addHook("onRequest", (request, reply, done) => {
    // Only the answer whose turn it is has a socket.
    if (reply.raw.socket !== null) return done();
    const { socket } = request.raw;
    const count = (waiting.get(socket) ?? 0) + 1;
    if (count > MOST_WAITING || socket.destroyed) {
      reply.hijack();
      return void socket.destroy();
    }
    waiting.set(socket, count);
    reply.raw.once("close", () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    done();
  });
}

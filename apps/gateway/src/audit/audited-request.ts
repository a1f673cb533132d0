import { isIP } from "node:net";
import type { Caller } from "./entry.ts";

/** The parts of a Fastify request that an entry is made of. */
export interface AuditedRequest {
  readonly id: string;
  readonly method: string;
  readonly ip: string;
  readonly socket: { readonly remoteAddress?: string };
  /** Who asks, once it is known. */
  caller?: Caller;
  /** The operation of a service that is asked for, once it is found. */
  operation?: { readonly path: string; readonly access: { readonly permission: string } };
}

/** From where a request comes. A proxy that is trusted may still pass on what is no address. */
export function addressOf({ ip, socket }: Pick<AuditedRequest, "ip" | "socket">): string | null {
  const address = isIP(ip) ? ip : socket.remoteAddress;
  return address?.replace(/^::ffff:(?=\d+\.)/, "") ?? null;
}

/** What an entry says of who asks: the session or, where there is none, the API key. */
export const callerOf = (caller: Caller | undefined) => (caller ? (caller.sessionId ?? caller.actorId) : null);

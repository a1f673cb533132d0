import { signInternalToken, type InternalClaims, type Permission, type RequestContext, type Scope } from "@kehu/auth";
import { Problem, Unavailable } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import type { Dispatcher } from "undici";
import { Upstreams } from "./upstreams.ts";

/** What the gateway asks of one service while it answers a caller. */
export interface Question {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  body?: object;
  /** The version that the record is expected to have. */
  ifMatch?: number;
  /** The caller's grants that it takes along. */
  permissions: readonly Permission[];
}

const PATIENCE_MS = 15_000;

/** Members of a problem document that are made anew for the caller. */
const OWN_MEMBERS: readonly string[] = ["type", "title", "status", "code", "detail", "traceId"];

/** Asks services on behalf of a caller, for answers that the gateway puts together itself. */
@Injectable()
export class ServiceRequests {
  constructor(private readonly upstreams: Upstreams) {}

  /** @returns what it answers; undefined where it is away, too slow, or refuses */
  async tryAsk<T>(service: string, path: string, permission: Permission, who: RequestContext): Promise<T | undefined> {
    return (await this.tryAnswer<T>(service, path, permission, who))?.body;
  }

  /** @returns the status, and what it answers with 200; undefined where it is away or too slow */
  async tryAnswer<T>(
    service: string,
    path: string,
    permission: Permission,
    who: RequestContext,
  ): Promise<{ status: number; body: T | undefined } | undefined> {
    const token = signInternalToken(claimsFor(who, [permission]), service, this.upstreams.get(service).key);
    const answer = await this.upstreams.answer(service, path, token);
    return answer && { ...answer, body: answer.status === 200 ? (JSON.parse(answer.text) as T) : undefined };
  }

  /** Asks all services at once. @throws as `ask`, when one of them does not answer */
  async askAll<T>(question: Question, who: RequestContext): Promise<T[]> {
    return Promise.all(this.upstreams.all().map(({ name }) => this.ask<T>(name, question, who)));
  }

  /**
   * @returns the body of the answer; undefined where it has none
   * @throws Problem as the service refuses
   * @throws Unavailable where it is away or too slow
   */
  async ask<T>(service: string, question: Question, who: RequestContext): Promise<T> {
    const { method, path, body, permissions, ifMatch } = question;
    const { pool, key } = this.upstreams.get(service);
    const token = signInternalToken(claimsFor(who, permissions), service, key);
    const headers = {
      authorization: `Bearer ${token}`,
      accept: "application/json",
      "x-request-id": who.requestId,
      ...(body && { "content-type": "application/json" }),
      ...(ifMatch !== undefined && { "if-match": `"${ifMatch}"` }),
    };
    let reply: Dispatcher.ResponseData;
    let text: string;
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      reply = await pool.request({ method, path, headers, body: body && JSON.stringify(body), signal });
      text = await reply.body.text();
    } catch {
      throw new Unavailable("service.unavailable", "A service that this needs does not answer now.", { retryAfter: 2 });
    }
    if (reply.statusCode >= 300) throw problemOf(reply, text);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
}

function claimsFor(who: RequestContext, permissions: readonly Permission[]): InternalClaims {
  const { actorId, sessionId, fieldRules, place, timeZone } = who;
  const actorType = who.actorType as InternalClaims["actorType"]; // nothing but HTTP leads here
  const held = permissions.filter((name) => name in who.grants);
  const grants = Object.fromEntries(held.map((name): [string, Scope] => [name, who.grants[name]!]));
  return { actorType, actorId, sessionId, grants, fieldRules, place, timeZone };
}

function problemOf({ statusCode, headers }: Dispatcher.ResponseData, text: string): Error {
  const { code, detail, ...rest } = JSON.parse(text) as { code: string; detail: string };
  if (statusCode === 401) return new Error(`A service refuses the gateway's token: ${code}`);
  const members = Object.entries(rest).filter(([name]) => !OWN_MEMBERS.includes(name));
  const retryAfter = Number(headers["retry-after"]);
  return new Problem(statusCode, code, detail, { ...Object.fromEntries(members), ...(retryAfter && { retryAfter }) });
}

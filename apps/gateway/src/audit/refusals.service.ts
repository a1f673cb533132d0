import { Injectable, Logger } from "@nestjs/common";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { addressOf, type AuditedRequest } from "./audited-request.ts";
import { AuditLog } from "./audit-log.service.ts";
import type { Entry } from "./entry.ts";

const CODES: Readonly<Record<number, string>> = {
  401: "authentication.required",
  403: "permission.denied",
  404: "not-found",
};
/** A record's id, or the number of a sequence. Nothing else of a path gets into an entry. */
const RECORD_ID = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{1,18})$/i;
const CODE = /^[a-z][a-z0-9.-]{0,99}$/;

/**
 * Enters every refusal before it is sent, whoever refuses: a guard, a handler, or a service behind the gateway. A 404
 * counts where the path names a record, as what is out of the caller's scope is absent.
 */
@Injectable()
export class Refusals {
  private readonly log = new Logger(Refusals.name);
  private readonly entered = new WeakSet<FastifyRequest>();
  private lost = 0;

  constructor(private readonly audit: AuditLog) {}

  /** For all replies that go through Fastify; what is not refused passes at once. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook("onSend", (request, reply, payload, done) => {
      const entry = reply.statusCode in CODES ? this.entryOf(request, reply, payload) : undefined;
      if (!entry || this.entered.has(request)) return done(null, payload);
      this.entered.add(request);
      void this.enter(entry).then(() => done(null, payload));
    });
  }

  /** Never fails: what cannot be entered is refused all the same. */
  private async enter(entry: Entry): Promise<void> {
    try {
      await this.audit.write(entry);
      if (this.lost > 0) this.log.error(`Refusals can be entered again; ${this.lost} were not.`);
      this.lost = 0;
    } catch (error) {
      if (this.lost === 0) this.log.error(`Refusals cannot be entered: ${(error as Error).message}`);
      this.lost += 1;
    }
  }

  private entryOf(request: FastifyRequest, { statusCode }: FastifyReply, payload: unknown): Entry | undefined {
    const { id, method, caller, operation } = request as FastifyRequest & AuditedRequest;
    const pattern = operation?.path ?? request.routeOptions.url ?? "/*";
    const recordId = recordIdIn(pattern, request.raw.url ?? "");
    if (statusCode === 404 && recordId === null) return undefined;
    return {
      action: "identity.request.refused",
      outcome: "denied",
      caller,
      address: addressOf(request),
      requestId: id,
      method,
      path: pattern.replace(/:(\w+)/g, "{$1}"),
      status: statusCode,
      code: codeIn(payload) ?? CODES[statusCode]!,
      recordType: recordId === null ? null : typeOf(operation?.access.permission),
      recordId,
    };
  }
}

/** The first id in a path, by its pattern (`/v1/accounts/:id`). */
function recordIdIn(pattern: string, url: string): string | null {
  const values = url.split("?", 1)[0]!.split("/");
  const ids = pattern.split("/").flatMap((part, index) => (part.startsWith(":") ? (values[index] ?? []) : []));
  return ids.find((value) => RECORD_ID.test(value))?.toLowerCase() ?? null;
}

/** `account` of `customer.account.read`. */
const typeOf = (permission: string | undefined) => permission?.split(".")[1] ?? null;

/** The code of a problem document. */
function codeIn(payload: unknown): string | undefined {
  try {
    const { code } = JSON.parse(String(payload)) as { code?: unknown };
    return typeof code === "string" && CODE.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

import { WriteReply } from "@kehu/records";
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { map, type Observable } from "rxjs";
import { checkQuery } from "./query-check.ts";

/**
 * Looks at the query string on the way in; on the way out turns the reply to a write, and the reading of one record, into
 * status, headers and body. One interceptor for both, since every request pays for each.
 */
@Injectable()
export class ReplyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== "http") return next.handle();
    const http = context.switchToHttp();
    checkQuery(context.getHandler(), http.getRequest<FastifyRequest>());
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(map((result: unknown) => this.render(result, reply)));
  }

  private render(result: unknown, reply: FastifyReply): unknown {
    if (result instanceof WriteReply) {
      if (result.version !== null) void reply.header("etag", `"${result.version}"`);
      if (result.location !== null) void reply.header("location", result.location);
      if (result.replayed) void reply.header("idempotent-replayed", "true");
      return result.body ?? undefined;
    }
    const version = (result as { version?: unknown } | undefined)?.version;
    if (typeof version === "number") void reply.header("etag", `"${version}"`);
    return result;
  }
}

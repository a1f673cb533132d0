import { WriteReply } from "@kehu/records";
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from "@nestjs/common";
import type { FastifyReply } from "fastify";
import { map, type Observable } from "rxjs";

/** Turns the reply to a write, and the reading of one record, into status, headers and body. */
@Injectable()
export class ReplyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== "http") return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
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

import { Malformed } from "@kehu/contracts";
import { QUERY, type DeclaredQuery } from "@kehu/records";
import { Injectable, type CanActivate, type ExecutionContext } from "@nestjs/common";
import type { FastifyRequest } from "fastify";

const NONE: DeclaredQuery = { parameters: {} };
const takesQuery = (method: string) => ["GET", "HEAD", "DELETE"].includes(method);
const declaredBy = (handler: object) => Reflect.getMetadata(QUERY, handler) as DeclaredQuery | undefined;

/**
 * Refuses parameters that the operation does not declare: what nobody reads must not look as if it had an effect. Only
 * reading and deleting take parameters; a search has them in its body. It comes after the guard that knows the caller.
 */
@Injectable()
export class QueryGuard implements CanActivate {
  /** @throws Malformed `query.invalid` with `allowed` */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== "http") return true;
    const { method, query } = context.switchToHttp().getRequest<FastifyRequest>();
    for (const key in query as Readonly<Record<string, unknown>>) {
      const { parameters, filter } = (takesQuery(method) && declaredBy(context.getHandler())) || NONE;
      if (Object.hasOwn(parameters, key) || (filter && key.startsWith("filter["))) continue;
      const allowed = [
        ...Object.keys(parameters),
        ...(filter ? ["filter[<field>]", "filter[<field>][<operator>]"] : []),
      ];
      throw new Malformed("query.invalid", `There is no parameter ${key.slice(0, 100)} here.`, { allowed });
    }
    return true;
  }
}

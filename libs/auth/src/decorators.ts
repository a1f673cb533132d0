import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { Permission } from "./permissions.ts";
import type { RequestContext } from "./request-context.ts";

/** Metadata key of an operation's `Access`; the OpenAPI generator turns it into `x-permission` and `x-also-reads`. */
export const ACCESS = Symbol.for("kehu:access");

/** What an operation asks of its caller. */
export interface Access {
  /** `public`, `own` (any signed-in user, for himself), or the permission. */
  permission: Permission | "public" | "own";
  /** Permissions whose records the operation shows beside its own, where the caller holds them. */
  alsoReads: readonly Permission[];
}

function access(value: Access): MethodDecorator & ClassDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor) => {
    Reflect.defineMetadata(ACCESS, value, (descriptor?.value as object | undefined) ?? target);
  };
}

/**
 * The permission that a caller needs for a handler, or for all handlers of a controller.
 *
 * @param options.alsoReads permissions of other records that the answer includes (`x-also-reads`)
 */
export const RequirePermission = (permission: Permission, options: { alsoReads?: readonly Permission[] } = {}) =>
  access({ permission, alsoReads: options.alsoReads ?? [] });

/** The handler answers anybody. */
export const Public = () => access({ permission: "public", alsoReads: [] });

/** The handler answers any signed-in user, about himself. */
export const OwnAccess = (options: { alsoReads?: readonly Permission[] } = {}) =>
  access({ permission: "own", alsoReads: options.alsoReads ?? [] });

/** What a handler declares; its own declaration wins over its controller's. Undefined where nothing is declared. */
export function accessOf(handler: object, controller: object): Access | undefined {
  return (Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller)) as Access | undefined;
}

/** Metadata key of an operation's cost; the OpenAPI generator turns it into `x-cost`. */
const COST = Symbol.for("kehu:cost");

/**
 * What a request to a handler takes of its caller's rate limit, where what the gateway takes for the kind of operation
 * (`apps/gateway/src/routing/cost.ts`) does not fit.
 *
 * @param units 1 for reading one record, at most 1,000
 */
export const Cost =
  (units: number): MethodDecorator =>
  (_target, _key, descriptor: PropertyDescriptor) => {
    Reflect.defineMetadata(COST, units, descriptor.value as object);
  };

/** @returns what a handler declares to cost; undefined where it declares nothing */
export function declaredCost(handler: object): number | undefined {
  return Reflect.getMetadata(COST, handler) as number | undefined;
}

/** A request after the guard. */
export interface RequestWithContext {
  who?: RequestContext;
}

/** Parameter decorator: the caller's `RequestContext`, built by the guard. */
export const Who = createParamDecorator((_data: undefined, context: ExecutionContext): RequestContext => {
  const { who } = context.switchToHttp().getRequest<RequestWithContext>();
  if (!who) throw new Error("The context of the caller is read on a route that has none.");
  return who;
});

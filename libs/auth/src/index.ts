export {
  FIELD_ACCESS,
  NO_RULES,
  reaches,
  SCOPES,
  systemContext,
  type FieldAccess,
  type FieldRules,
  type IdempotencyKey,
  type Place,
  type RequestContext,
  type Scope,
} from "./request-context.ts";
export { isWithinScope, rowScope, type Bind, type PlacedRow } from "./row-scope.ts";
export { isOwnerless, PERMISSIONS, type Permission, type UngrantedPermission } from "./permissions.ts";
export {
  ACCESS,
  accessOf,
  Cost,
  declaredCost,
  OwnAccess,
  Public,
  RequirePermission,
  Who,
  type Access,
  type RequestWithContext,
} from "./decorators.ts";
export { bearerOf, contextOf, Unauthenticated, type IncomingRequest } from "./request.ts";
export { INTERNAL_LIFETIME, signInternalToken, type InternalClaims } from "./internal-token.ts";
export { internalAuth } from "./internal-auth.guard.ts";
export { VerifiedTokens } from "./verified-tokens.ts";
export { IdentityCopiesConsumer } from "./identity-copies.consumer.ts";

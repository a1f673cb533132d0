export { systemContext, type IdempotencyKey, type RequestContext, type Scope } from './request-context.ts';
export { rowScope, type Bind } from './row-scope.ts';

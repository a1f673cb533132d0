/** One wrong field of a request, as it stands in `errors` of a problem document. */
export interface FieldError {
  field: string;
  code: string;
  message: string;
}

/** Further members of a problem document (RFC 9457, section 3.2). */
export type ProblemMembers = Readonly<Record<string, unknown>> & {
  errors?: readonly FieldError[];
  /** Seconds after which a repetition may succeed; becomes the header Retry-After. */
  retryAfter?: number;
};

/**
 * An answer other than success, on its way to the caller. The exception filter of libs/http renders it as
 * application/problem+json (RFC 9457).
 *
 * @param status HTTP status code
 * @param code stable slug, written out in full where it is thrown
 * @param detail one sentence for a developer; carries ids and field names, never personal data
 */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly members: ProblemMembers = {},
  ) {
    super(`${code}: ${detail}`);
    this.name = new.target.name;
  }
}

/** 400: the request cannot be understood (syntax, type, unknown name). */
export class Malformed extends Problem {
  constructor(code: string, detail: string, members: ProblemMembers = {}) {
    super(400, code, detail, members);
  }
}

/** 422: the request is understood and breaks a rule. */
export class RuleViolation extends Problem {
  constructor(code: string, detail: string = code, members: ProblemMembers = {}) {
    super(422, code, detail, members);
  }
}

/** 409: the state machine has no such move from here. `allowed` lists those that it has. */
export class IllegalTransition extends Problem {
  constructor(concept: string, from: string, to: string, allowed: readonly string[]) {
    super(409, `${concept}.illegal-transition`, `${from} -> ${to} is not allowed`, { allowed });
  }
}

/** 404: not there, or out of the caller's scope; nobody can tell which. */
export class NotFound extends Problem {
  constructor() {
    super(404, "not-found", "There is no such record, or it is not yours to see.");
  }
}

/** 409: the request collides with what is stored. */
export class Conflict extends Problem {
  constructor(code: string, detail: string, members: ProblemMembers = {}) {
    super(409, code, detail, members);
  }
}

/** 403: the caller lacks the permission. */
export class Forbidden extends Problem {
  constructor(
    code = "permission.denied",
    detail = "The permission for this is missing.",
    members: ProblemMembers = {},
  ) {
    super(403, code, detail, members);
  }
}

/** 503: something that this needs is away; the same request may succeed later. */
export class Unavailable extends Problem {
  constructor(code: string, detail: string, members: ProblemMembers = {}) {
    super(503, code, detail, { retryAfter: 1, ...members });
  }
}

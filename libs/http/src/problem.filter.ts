import { Problem } from "@kehu/contracts";
import { isTransient } from "@kehu/database";
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { titleOf } from "./titles.ts";

/** Renders every error as application/problem+json (RFC 9457); never a stack, SQL or host. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger("http");

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    // A problem that was thrown as one is no surprise, and one per request would bury what is.
    if (problem.status >= 500 && !(error instanceof Problem))
      this.logger.error({ traceId: request.id, code: problem.code, error: describe(error) });
    if (!reply.sent) sendProblem(request, reply, problem);
  }
}

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** Answers with a problem document. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  const { retryAfter } = problem.members;
  if (retryAfter !== undefined) void reply.header("retry-after", String(retryAfter));
  void reply
    .code(problem.status)
    .header("content-type", PROBLEM_TYPE)
    .send(problemText(problem, request.id, request.headers["accept-language"]));
}

/** @returns the problem document as JSON */
export function problemText(problem: Problem, traceId: string, acceptLanguage?: string): string {
  const { retryAfter: _retryAfter, ...members } = problem.members;
  return JSON.stringify({
    type: `urn:kehu:problem:${problem.code}`,
    title: titleOf(problem.code, problem.status, acceptLanguage),
    status: problem.status,
    code: problem.code,
    detail: problem.detail,
    ...members,
    traceId,
  });
}

const BY_STATUS: Readonly<Record<number, [code: string, detail: string]>> = {
  400: ["request.malformed", "The request cannot be read."],
  401: ["authentication.required", "Send a valid token in the header Authorization."],
  403: ["permission.denied", "The permission for this is missing."],
  404: ["not-found", "There is no such record, or it is not yours to see."],
  405: ["method.not-allowed", "This path does not take this method."],
  408: ["request.timeout", "The request came too slowly."],
  413: ["request.too-large", "The body is too large."],
  414: ["request.too-large", "The address is too long."],
  415: ["request.unsupported-type", "Send application/json."],
  429: ["rate.limited", "Too many requests."],
  431: ["request.too-large", "The headers are too large."],
};

/** What an error of any origin means to a caller. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isTransient(error))
    return new Problem(503, "database.unavailable", "The database is away or busy.", { retryAfter: 1 });
  const status =
    error instanceof HttpException ? error.getStatus() : ((error as { statusCode?: number }).statusCode ?? 500);
  const known = BY_STATUS[status];
  if (known) return new Problem(status, known[0], known[1]);
  const state = (error as { code?: string }).code;
  if (state === "23505") return new Problem(409, "record.exists", "Another record has this value already.");
  if (state?.startsWith("22")) return new Problem(400, "request.malformed", "A value cannot be stored.");
  return new Problem(500, "internal", "Something went wrong here.");
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

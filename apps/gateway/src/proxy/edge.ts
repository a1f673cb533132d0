import { Malformed, Problem } from "@kehu/contracts";
import type { FastifyRequest } from "fastify";

/** Segments of unreserved characters (RFC 3986) only: our paths need no more, so there is one spelling of each. */
const CANONICAL = /^(\/|(\/[A-Za-z0-9._~-]+)+\/?)$/;
const DOTS = /\/\.{1,2}(\/|$)/;
const LONGEST_QUERY = 8_192;

/** The path of a request, without the query. */
export function pathOf(url: string): string {
  const at = url.indexOf("?");
  return at === -1 ? url : url.slice(0, at);
}

/**
 * Refuses what no client of ours sends, before anything else looks at the request.
 *
 * @throws Malformed `path.malformed` for any spelling of a path but the canonical one
 * @throws Problem 415 for a packed body, 414 for a long query
 */
export function checkEdge(request: FastifyRequest): void {
  const { url = "", headers } = request.raw;
  const path = pathOf(url);
  if (!CANONICAL.test(path) || DOTS.test(path)) {
    throw new Malformed("path.malformed", "A path has segments of letters, digits, and . _ ~ - only.");
  }
  if (url.length - path.length > LONGEST_QUERY) throw new Problem(414, "request.too-large", "The query is too long.");
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw new Problem(415, "request.unsupported-encoding", "Send the body as it is, not packed.");
  }
}

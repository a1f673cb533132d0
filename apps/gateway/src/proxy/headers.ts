import type { IncomingHttpHeaders } from "node:http";

/** What a client's request may say to a service. Identity, forwarding and hop-by-hop headers are not in it. */
const REQUEST_HEADERS = [
  "accept",
  "accept-language",
  "content-length",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-none-match",
] as const;

/** What a service's answer may say to a client. */
const RESPONSE_HEADERS = [
  "allow",
  "cache-control",
  "content-disposition",
  "content-language",
  "content-length",
  "content-type",
  "deprecation",
  "etag",
  "idempotent-replayed",
  "link",
  "location",
  "retry-after",
  "sunset",
] as const;

/** Headers that `Connection` names belong to the hop before us (RFC 9110, section 7.6.1). */
function connectionNames(connection: string | undefined): readonly string[] {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return [];
  return connection
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
}

/** Headers for the service, names and values in turn, as undici takes them. */
export function requestHeaders(from: IncomingHttpHeaders, requestId: string, token: string | undefined): string[] {
  const dropped = connectionNames(from.connection);
  const headers: string[] = [];
  for (const name of REQUEST_HEADERS) {
    const value = from[name];
    if (typeof value === "string" && !dropped.includes(name)) headers.push(name, value);
  }
  headers.push("x-request-id", requestId);
  if (token !== undefined) headers.push("authorization", `Bearer ${token}`);
  return headers;
}

/** For an answer that no browser shows as a page (OWASP REST Security Cheat Sheet, section "Security Headers"). */
export const SECURITY_HEADERS = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** Headers for the client. */
export function responseHeaders(from: IncomingHttpHeaders): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { ...SECURITY_HEADERS };
  for (const name of RESPONSE_HEADERS) {
    const value = from[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

import { securityHeaders } from "@kehu/http";
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

const SECURE = securityHeaders(true);
const PLAIN = securityHeaders(false);

/** What every answer says to a browser, made once. */
export const headersOf = (isSecure: boolean) => (isSecure ? SECURE : PLAIN);

/** What services answer is never kept on the way, or in a browser: it is about customers. */
const always = (isSecure: boolean) => [...Object.entries(headersOf(isSecure)), ["cache-control", "no-store"]].flat();
const ALWAYS = { secure: always(true), plain: always(false) };

/** Headers for the client, names and values in turn, as Node takes them at the least cost. */
export function responseHeaders(from: IncomingHttpHeaders, isSecure: boolean): (string | string[])[] {
  const headers: (string | string[])[] = (isSecure ? ALWAYS.secure : ALWAYS.plain).slice();
  for (const name of RESPONSE_HEADERS) {
    const value = from[name];
    if (value !== undefined) headers.push(name, value);
  }
  return headers;
}

/**
 * What every answer says to a browser that no page is to be made of (OWASP REST Security Cheat Sheet, section "Security
 * Headers").
 *
 * @param isSecure whether clients come by https only: over plain http it must not be said (RFC 6797, section 7.2)
 * @returns headers by name
 */
export function securityHeaders(isSecure: boolean): Readonly<Record<string, string>> {
  return {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    ...(isSecure && { "strict-transport-security": "max-age=31536000; includeSubDomains" }),
  };
}

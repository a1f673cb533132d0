import { createHmac, timingSafeEqual } from "node:crypto";

/** A link is good for so long. */
export const INVITATION_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

const UUID_HEX = /^[0-9a-f]{32}$/;

/**
 * Makes the token of an invitation's link: user and expiry, signed. Nothing is stored, so a reply that is sent again
 * shows the same user's link again, and no table holds a way in. It is good once, as only an invited user can take it
 * up, and for this email only.
 */
export function invitationToken(secret: string, user: { id: string; email: string }, now: number): string {
  const expires = (now + INVITATION_LIFETIME_MS).toString(36);
  const id = Buffer.from(user.id.replaceAll("-", ""), "hex").toString("base64url");
  return `${id}.${expires}.${macOf(secret, user, expires)}`;
}

/** The user that a token names, not yet proved; undefined where it is none or has expired. */
export function userOfToken(token: string, now: number): string | undefined {
  const [id, expires, mac, ...rest] = token.split(".");
  if (!id || !expires || !mac || rest.length > 0 || !(parseInt(expires, 36) > now)) return undefined;
  const hex = Buffer.from(id, "base64url").toString("hex");
  return UUID_HEX.test(hex) ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") : undefined;
}

/** True where the token was made for this user and email. */
export function provesToken(secret: string, token: string, user: { id: string; email: string }): boolean {
  const [, expires = "", mac = ""] = token.split(".");
  const expected = Buffer.from(macOf(secret, user, expires));
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function macOf(secret: string, { id, email }: { id: string; email: string }, expires: string): string {
  return createHmac("sha256", secret).update(`invitation\n${id}\n${email}\n${expires}`).digest("base64url");
}

import { createHmac } from "node:crypto";

/**
 * The token of the link by which a user chooses a new password. It is made of a random id and our secret, so that who
 * sends the mail can make it again, and no table holds a way in; what is stored is its hash.
 */
export function resetToken(secret: string, id: string): string {
  return createHmac("sha256", secret).update(`password-reset\n${id}`).digest("base64url");
}

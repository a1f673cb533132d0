import { createHash, type KeyObject } from "node:crypto";

/** Names a key by its public half: it tells nothing and cannot collide. */
export function keyId(publicKey: KeyObject): string {
  const digest = createHash("sha256").update(publicKey.export({ type: "spki", format: "der" }));
  return digest.digest("base64url").slice(0, 16);
}

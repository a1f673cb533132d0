import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const START = "kehu_";
/** `kehu_<prefix>_<secret>`: 6 bytes in hexadecimal, by which the row is found, and 32 in base64url. */
const API_KEY = /^kehu_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

/** A key as its owner gets it, once. */
export interface NewApiKey {
  text: string;
  prefix: string;
  /** What is stored of it. */
  hash: string;
}

/** Makes a key of 256 random bits. */
export function newApiKey(): NewApiKey {
  const prefix = randomBytes(6).toString("hex");
  const text = `${START}${prefix}_${randomBytes(32).toString("base64url")}`;
  return { text, prefix, hash: hashOf(text) };
}

/** True for a token that means to be an API key, well formed or not. */
export function isApiKey(token: string): boolean {
  return token.startsWith(START);
}

/** The readable part of a key and the hash of the whole, or undefined where it is malformed. */
export function readApiKey(token: string): { prefix: string; hash: string } | undefined {
  const prefix = API_KEY.exec(token)?.[1];
  return prefix === undefined ? undefined : { prefix, hash: hashOf(token) };
}

export function sameHash(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/**
 * SHA-256 of the whole text. A slow hash protects what people choose and others guess; 256 random bits cannot be
 * guessed, and this is computed with every request.
 */
function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

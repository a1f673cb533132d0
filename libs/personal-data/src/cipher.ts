import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomFillSync,
  type KeyObject,
} from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const NONCE = 12;
const TAG = 16;

const pool = Buffer.alloc(4096);
let used = pool.length;

/** @param size of at most 4096 bytes. Node asks the kernel for each `randomBytes`, which takes ten times as long. */
export function random(size: number): Buffer {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return Buffer.from(pool.subarray(used, (used += size)));
}

/** Bytes as a key. With a key that is mere bytes Node takes four times as long for each text. */
export const keyOf = (bytes: Buffer): KeyObject => createSecretKey(bytes);

/** A key of 32 bytes for one purpose, made of a secret (HKDF-SHA-256, RFC 5869). */
export function derive(secret: Buffer | string, purpose: string): KeyObject {
  return keyOf(Buffer.from(hkdfSync("sha256", secret, "kehu", purpose, 32)));
}

/**
 * @param key 32 bytes
 * @param context what the text belongs to; the same has to be given to read it
 * @returns nonce, ciphertext and tag in base64
 */
export function encrypt(key: KeyObject, text: Buffer, context: string): string {
  return encryptBytes(key, text, context).toString("base64");
}

/** The same, not in base64. */
export function encryptBytes(key: KeyObject, bytes: Buffer, context: string): Buffer {
  const nonce = random(NONCE);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG });
  cipher.setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error for a text that was changed, was encrypted with another key or belongs elsewhere */
export function decrypt(key: KeyObject, encrypted: string, context: string): Buffer {
  const bytes = Buffer.from(encrypted, "base64");
  // Base64 has several spellings of the same bytes.
  if (bytes.toString("base64") !== encrypted) throw new Error("This is no ciphertext.");
  return decryptBytes(key, bytes, context);
}

/** The same for what is not in base64. */
export function decryptBytes(key: KeyObject, bytes: Buffer, context: string): Buffer {
  if (bytes.length < NONCE + TAG) throw new Error("This is no ciphertext.");
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(-TAG));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
}

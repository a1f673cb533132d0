import { createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { appendFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SigningKey } from "../keys/key-files.ts";
import { keyId } from "../keys/key-id.ts";

/** How far the chain had come at a time, signed: what stands before it can be neither changed nor cut off any more. */
export interface Head {
  /** Place of the last seal, in decimal digits. */
  seq: string;
  /** The last seal, in hex. */
  hash: string;
  /** When it was signed, ISO 8601. */
  at: string;
  /** Name of the key, see `keyId`. */
  kid: string;
  /** ES256 (r and s, base64url) of the other members. */
  signature: string;
}

/** One head a day, the oldest first; a line is a head as JSON. */
const DAYS = "heads.jsonl";
/** The newest head, written anew each minute. */
const NEWEST = "newest-head.json";

/** The folder of the keys that sign heads; the files are like those of access tokens (keys/key-files.ts). */
export const keysIn = (auditDir: string) => join(auditDir, "keys");

const signed = ({ seq, hash, at, kid }: Omit<Head, "signature">) =>
  Buffer.from(`kehu-audit-head-1\n${seq}\n${hash}\n${at}\n${kid}`);

export function signHead(seq: string, hash: Buffer, now: Date, { kid, privateKey }: SigningKey): Head {
  const head = { seq, hash: hash.toString("hex"), at: now.toISOString(), kid };
  const signature = sign("sha256", signed(head), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return { ...head, signature: signature.toString("base64url") };
}

/** True where one of the keys signed the head as it is. */
export function isGenuine(head: Head, keys: ReadonlyMap<string, KeyObject>): boolean {
  const key = keys.get(head.kid);
  if (!key) return false;
  return verify("sha256", signed(head), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(head.signature, "base64url"));
}

/** The public halves of the keys in a folder, private and public ones, by name. */
export function publicKeys(folder: string): Map<string, KeyObject> {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".pem")) : [];
  const keys = names.map((name) => createPublicKey(readFileSync(join(folder, name))));
  return new Map(keys.map((key) => [keyId(key), key]));
}

/** The heads that were written to a folder, oldest first. @throws Error for a line that is none */
export function readHeads(auditDir: string): Head[] {
  return [DAYS, NEWEST].flatMap((file) => {
    const path = join(auditDir, file);
    const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
    return lines.filter((line) => line !== "").map((line) => parseHead(line, path));
  });
}

function parseHead(line: string, path: string): Head {
  try {
    return JSON.parse(line) as Head;
  } catch {
    throw new Error(`${path} holds a line that is no head.`);
  }
}

/** Replaces the newest head in one step. */
export async function writeNewest(auditDir: string, head: Head): Promise<void> {
  const path = join(auditDir, NEWEST);
  const half = `${path}.${process.pid}`;
  await writeFile(half, `${JSON.stringify(head)}\n`);
  await rename(half, path);
}

export function appendDay(auditDir: string, head: Head): Promise<void> {
  return appendFile(join(auditDir, DAYS), `${JSON.stringify(head)}\n`);
}

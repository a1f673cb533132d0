import { ConfigError } from "@kehu/http";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyId } from "./key-id.ts";

/** A key pair that signs access tokens, or did. */
export interface SigningKey {
  /** Names the key in tokens and in the JWKS: made from the public key, so it tells nothing and cannot collide. */
  kid: string;
  /** When the key came into use, milliseconds since 1970; part of the file's name. */
  since: number;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

const FILE_NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.pem$/;

/**
 * The keys of the folder, newest first; makes folder and first key where there is none. A key is one file,
 * `<time of first use>.pem` (`20261122T181500Z.pem`, PKCS #8, curve P-256), mode 0600.
 *
 * @param variable names the folder to whoever configures it
 * @throws ConfigError where a file is readable by everybody or is no such key
 */
export function loadKeys(folder: string, variable = "KEHU_KEYS_DIR"): SigningKey[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (keyNames(folder).length === 0) writeKey(folder, new Date());
  return keyNames(folder)
    .map((name) => readKey(folder, name, variable))
    .sort((a, b) => b.since - a.since);
}

/** The files of the folder that are keys. */
export function keyNames(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".pem"));
}

/** Makes a key and stores it; it signs from its time on. */
export function writeKey(folder: string, since: Date): void {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = `${since.toISOString().replace(/[-:]|\.\d+/g, "")}.pem`;
  writeFileSync(join(folder, name), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
}

function readKey(folder: string, name: string, variable: string): SigningKey {
  const path = join(folder, name);
  const time = FILE_NAME.exec(name);
  if (!time) throw new ConfigError(`${variable} holds a key without a time in its name: ${name}`);
  if ((statSync(path).mode & 0o007) !== 0)
    throw new ConfigError(`${variable} holds a key that everybody may read: ${name}`);
  const privateKey = parse(readFileSync(path), name, variable);
  const publicKey = createPublicKey(privateKey);
  const [year, month, day, hour, minute, second] = time.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    kid: keyId(publicKey),
    since: Date.UTC(year, month - 1, day, hour, minute, second),
    privateKey,
    publicKey,
  };
}

function parse(pem: Buffer, name: string, variable: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  } catch {
    // The parser's message may quote the file.
  }
  throw new ConfigError(`${variable} holds a file that is no private key of the curve P-256: ${name}`);
}

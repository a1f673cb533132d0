import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { SERVICES } from "@kehu/database";
import { writeWhole } from "./files.ts";

/** What only this install knows; made once, readable by nobody else. */
export interface Secrets {
  /** Superuser of the embedded Postgres. */
  readonly postgres: string;
  /** Schema -> password of its application role. */
  readonly database: Readonly<Record<string, string>>;
  /** Service -> key of the tokens that the gateway signs for it. */
  readonly internal: Readonly<Record<string, string>>;
  readonly cursor: string;
  /** Wraps the keys of persons: without it nobody reads their data again. */
  readonly master: string;
  readonly administrator: Administrator;
}

/** The first administrator. The password stands here only until it has been shown. */
export interface Administrator {
  readonly email: string;
  readonly password?: string;
}

const DEFAULT_ADMINISTRATOR = "admin@kehu.local";

/** Reads the secrets of an install, and makes them at its first start. */
export function readSecrets(path: string, adminEmail: string | undefined): Secrets {
  try {
    const known = JSON.parse(readFileSync(path, "utf8")) as Omit<Secrets, "master"> & Partial<Secrets>;
    const secrets = { ...known, master: known.master ?? random() };
    if (known.master === undefined) saveSecrets(path, secrets);
    return secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const secrets: Secrets = {
    postgres: random(),
    database: Object.fromEntries(SERVICES.map(({ schema }) => [schema, random()])),
    internal: Object.fromEntries(SERVICES.map(({ name }) => [name, random()])),
    cursor: random(),
    master: random(),
    administrator: { email: adminEmail ?? DEFAULT_ADMINISTRATOR, password: randomBytes(15).toString("base64url") },
  };
  saveSecrets(path, secrets);
  return secrets;
}

/** Readable by the owner alone. */
export function saveSecrets(path: string, secrets: Secrets): void {
  writeWhole(path, secrets, 0o600);
}

function random(): string {
  return randomBytes(32).toString("base64url");
}

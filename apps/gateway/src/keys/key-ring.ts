import { Injectable } from "@nestjs/common";
import type { JsonWebKey } from "node:crypto";
import { Config } from "../gateway-config.ts";
import { loadKeys, type SigningKey } from "./key-files.ts";

/** Seconds that an access token is good for. */
export const ACCESS_LIFETIME = 900;
/** The folder is read again for a `kid` that is not known, as another replica may have made a key; so often at most. */
const RELOAD_PAUSE_MS = 5_000;

/** The keys that sign and prove access tokens. A retired key proves until the last token that it signed has expired. */
@Injectable()
export class KeyRing {
  private keys: SigningKey[];
  private readAt = Date.now();

  constructor(private readonly config: Config) {
    this.keys = loadKeys(config.keysDir);
  }

  /** The newest key whose time has come. */
  current(now: number): SigningKey {
    const current = this.keys.find((key) => key.since <= now) ?? this.keys.at(-1);
    if (!current) throw new Error("The ring always holds a key.");
    return current;
  }

  /** The key of that name, unless the last token that it signed has expired. */
  find(kid: string, now: number): SigningKey | undefined {
    const key = this.valid(now).find((candidate) => candidate.kid === kid);
    if (key || now - this.readAt < RELOAD_PAUSE_MS) return key;
    this.readAt = now;
    this.keys = loadKeys(this.config.keysDir);
    return this.valid(now).find((candidate) => candidate.kid === kid);
  }

  /** The public keys as a JWK set (RFC 7517), keys of the near future included. */
  jwks(now: number): { keys: JsonWebKey[] } {
    return {
      keys: this.valid(now).map(({ kid, publicKey }) => ({
        ...publicKey.export({ format: "jwk" }),
        kid,
        alg: "ES256",
        use: "sig",
      })),
    };
  }

  private valid(now: number): SigningKey[] {
    const current = this.current(now);
    const retiredSince = now - ACCESS_LIFETIME * 1000;
    // A key was in use until the next one came.
    return this.keys.filter((key, index) => {
      const successor = this.keys[index - 1];
      return key.since >= current.since || (successor !== undefined && successor.since > retiredSince);
    });
  }
}

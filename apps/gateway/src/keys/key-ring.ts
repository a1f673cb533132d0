import { Injectable, Logger } from "@nestjs/common";
import type { JsonWebKey } from "node:crypto";
import { Config } from "../gateway-config.ts";
import { keyNames, loadKeys, type SigningKey } from "./key-files.ts";

/** Seconds that an access token is good for. */
export const ACCESS_LIFETIME = 900;

/**
 * The keys that sign and prove access tokens. A retired key proves until the last token that it signed has expired. Keys
 * may come and go while the process runs: it looks for them before it signs, and when a token names one it does not know.
 */
@Injectable()
export class KeyRing {
  private readonly log = new Logger(KeyRing.name);
  private keys: SigningKey[];
  /** The files from which the keys were read. */
  private names = "";
  private failing = false;

  constructor(private readonly config: Config) {
    this.keys = loadKeys(config.keysDir);
    this.look();
  }

  /** The newest key whose time has come. */
  current(now: number): SigningKey {
    this.look();
    return this.newest(now);
  }

  /** The key of that name, unless the last token that it signed has expired. */
  find(kid: string, now: number): SigningKey | undefined {
    const named = () => this.valid(now).find((candidate) => candidate.kid === kid);
    const key = named();
    if (key) return key;
    this.look();
    return named();
  }

  /** The public keys as a JWK set (RFC 7517), keys of the near future included. */
  jwks(now: number): { keys: JsonWebKey[] } {
    this.look();
    return {
      keys: this.valid(now).map(({ kid, publicKey }) => ({
        ...publicKey.export({ format: "jwk" }),
        kid,
        alg: "ES256",
        use: "sig",
      })),
    };
  }

  /** Reads the keys again where other files are in the folder than before; keeps them where those cannot be read yet. */
  private look(): void {
    try {
      const names = keyNames(this.config.keysDir).join();
      if (names !== this.names && names !== "") {
        this.keys = loadKeys(this.config.keysDir);
        this.names = names;
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.log.error(`The keys cannot be read again: ${(error as Error).message}`);
      this.failing = true;
    }
  }

  private newest(now: number): SigningKey {
    const newest = this.keys.find((key) => key.since <= now) ?? this.keys.at(-1);
    if (!newest) throw new Error("The ring always holds a key.");
    return newest;
  }

  private valid(now: number): SigningKey[] {
    const current = this.newest(now);
    const retiredSince = now - ACCESS_LIFETIME * 1000;
    // A key was in use until the next one came.
    return this.keys.filter((key, index) => {
      const successor = this.keys[index - 1];
      return key.since >= current.since || (successor !== undefined && successor.since > retiredSince);
    });
  }
}

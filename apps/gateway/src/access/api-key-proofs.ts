import { VerifiedTokens } from "@kehu/auth";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { readApiKey, sameHash } from "./api-key-token.ts";
import type { Caller } from "./session-states.ts";

/** A key that was proved. */
interface ProvedKey extends Caller {
  /** When its use was last noted here, milliseconds since 1970. */
  notedAt: number;
}

const NOTE_EVERY_MS = 60_000;

const FIND = "SELECT id, owner_id, secret_hash FROM api_key WHERE prefix = $1";

/** Of several replicas one notes the use of a minute. */
const NOTE_USE = `
  UPDATE api_key SET last_used_at = clock_timestamp()
  WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')`;

/** Says which API key a token is. What the key may do, and whether it still counts, is asked for on every request. */
@Injectable()
export class ApiKeyProofs {
  /** By the hash: what can be used is not kept in memory. The text of a key never comes to be another one's. */
  private readonly proved = new VerifiedTokens<ProvedKey>(10_000);

  constructor(private readonly database: Database) {}

  /** @returns undefined for a token that is no key that was ever made */
  async prove(token: string, now: number): Promise<ProvedKey | undefined> {
    const given = readApiKey(token);
    if (!given) return undefined;
    const known = this.proved.get(given.hash, now);
    if (known) return known;
    const [row] = await this.database.query<{ id: string; owner_id: string; secret_hash: string }>(FIND, [
      given.prefix,
    ]);
    if (!row || !sameHash(row.secret_hash, given.hash)) return undefined;
    const key: ProvedKey = { actorType: "api-key", userId: row.owner_id, sessionId: row.id, notedAt: 0 };
    this.proved.set(given.hash, key, Infinity);
    return key;
  }

  /** Notes that a key was used, at most once a minute; the request does not wait for it. */
  noteUse(key: ProvedKey, now: number): void {
    if (now - key.notedAt < NOTE_EVERY_MS) return;
    key.notedAt = now;
    this.database.query(NOTE_USE, [key.sessionId]).catch(() => (key.notedAt = 0)); // the next request notes it
  }
}

import { Problem } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import { LRUCache } from "lru-cache";
import { setTimeout as wait } from "node:timers/promises";

const WINDOW_MS = 15 * 60_000;
const CAPACITY = 50_000;
/** Failures of one account, from any address, after which its logins are slowed. */
const ACCOUNT_FREE = 5;
const SLOWEST_MS = 2_000;
/** Failures after which one address gets no more answers for this account, and for any account. */
const PAIR_LIMIT = 20;
const ADDRESS_LIMIT = 200;

interface Failures {
  count: number;
  until: number;
}

/**
 * Counts failed attempts. An account under attack becomes slow for everybody and closed for the attacking address, never
 * closed for all: nobody can lock somebody else out.
 */
abstract class AttemptThrottle {
  private readonly failures = new LRUCache<string, Failures>({ max: CAPACITY });

  /** What an address is told that gets no more answers. */
  protected abstract readonly closed: { code: string; detail: string };

  /** @throws Problem 429 when this address has failed too often */
  async before(email: string, address: string): Promise<void> {
    const now = Date.now();
    const account = accountKey(email);
    const remaining =
      this.remaining(`${account} ${address}`, PAIR_LIMIT, now) ??
      this.remaining(`address ${address}`, ADDRESS_LIMIT, now);
    if (remaining !== undefined) {
      const { code, detail } = this.closed;
      throw new Problem(429, code, detail, { retryAfter: Math.ceil(remaining / 1000) });
    }
    const excess = (this.current(account, now)?.count ?? 0) - ACCOUNT_FREE;
    if (excess >= 0) await wait(Math.min(100 * 2 ** Math.min(excess, 10), SLOWEST_MS));
  }

  failed(email: string, address: string): void {
    const account = accountKey(email);
    for (const key of [account, `${account} ${address}`, `address ${address}`]) this.count(key, Date.now());
  }

  succeeded(email: string, address: string): void {
    this.failures.delete(`${accountKey(email)} ${address}`);
  }

  private current(key: string, now: number): Failures | undefined {
    const entry = this.failures.get(key);
    return entry && entry.until > now ? entry : undefined;
  }

  private remaining(key: string, limit: number, now: number): number | undefined {
    const entry = this.current(key, now);
    return entry && entry.count >= limit ? entry.until - now : undefined;
  }

  private count(key: string, now: number): void {
    const entry = this.current(key, now);
    this.failures.set(key, { count: (entry?.count ?? 0) + 1, until: entry?.until ?? now + WINDOW_MS });
  }
}

@Injectable()
export class LoginThrottle extends AttemptThrottle {
  protected readonly closed = { code: "login.too-many-failures", detail: "Too many failed logins from this address." };
}

/** Requests for new passwords, each of which counts. */
@Injectable()
export class ResetThrottle extends AttemptThrottle {
  protected readonly closed = {
    code: "password-reset.too-many",
    detail: "Too many requests for new passwords from this address.",
  };
}

/** Spellings of one address share a count: case, spaces, full-width letters, what stands after a plus. */
function accountKey(email: string): string {
  return `account ${email
    .normalize("NFKC")
    .replace(/\s/g, "")
    .toLowerCase()
    .replace(/\+[^@]*@/, "@")}`;
}

/** Tokens that are gone come back within this time. */
const WINDOW_MS = 60_000;
/** So many keys are remembered, and no more: a million addresses cost as much memory as these. */
const CAPACITY = 100_000;

/** What became of a request that asked for tokens. */
export interface Taken {
  /** Whole tokens that are left. */
  readonly left: number;
  /** Seconds until the bucket is full again; of a request that was refused, until it has as much as that one costs. */
  readonly seconds: number;
  readonly refused: boolean;
}

/**
 * A bucket of tokens per key, in the memory of this process: as many as the limit, refilled evenly within a minute. Of
 * each it keeps one number, the time at which it will be full.
 *
 * The keys stand in two generations. When the young one is full it becomes the old one, and what was old is forgotten, so
 * a bucket that is in use stays, and one that is forgotten has mostly been full for long.
 */
export class RateLimiter {
  /**
   * The limit as `RateLimit-Policy` names it: `q` tokens per `w` seconds (draft-ietf-httpapi-ratelimit-headers-11). Its
   * unit is the request; a request may cost several.
   */
  readonly policy: string;
  private readonly msPerToken: number;
  private young = new Map<string, number>();
  private old = new Map<string, number>();

  /** @param limit tokens per minute and key */
  constructor(
    readonly name: string,
    readonly limit: number,
    private readonly capacity = CAPACITY,
  ) {
    this.policy = `"${name}";q=${limit};w=${WINDOW_MS / 1000}`;
    this.msPerToken = WINDOW_MS / limit;
  }

  /** Buckets that are remembered. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  /**
   * Takes tokens, or none where there are too few. What costs more than a full bucket costs a full bucket.
   *
   * @param now milliseconds of a clock that never goes back
   */
  take(key: string, cost: number, now: number): Taken {
    const fullAt = Math.max(this.young.get(key) ?? this.old.get(key) ?? 0, now);
    const afterwards = fullAt + Math.min(cost, this.limit) * this.msPerToken;
    const excess = afterwards - now - WINDOW_MS;
    // A thousandth of a token is what sums of fractions may be off by.
    const refused = excess > this.msPerToken / 1000;
    this.keep(key, refused ? fullAt : afterwards);
    if (refused) return { left: this.tokens(fullAt, now), seconds: Math.ceil(excess / 1000), refused };
    return { left: this.tokens(afterwards, now), seconds: Math.ceil((afterwards - now) / 1000), refused };
  }

  private tokens(fullAt: number, now: number): number {
    return Math.max(0, Math.floor((WINDOW_MS - fullAt + now) / this.msPerToken + 0.001));
  }

  private keep(key: string, fullAt: number): void {
    this.young.set(key, fullAt);
    if (this.young.size <= this.capacity / 2) return;
    this.old = this.young;
    this.young = new Map();
  }
}

const WINDOW_MS = 60_000;
const CAPACITY = 100_000;

interface Window {
  count: number;
  resetAt: number;
}

/** Counts requests per key in windows of a minute, in the memory of this process. */
export class RateLimiter {
  private readonly windows = new Map<string, Window>();

  /** @param limit requests per minute and key */
  constructor(readonly limit: number) {}

  /**
   * Counts one request.
   *
   * @returns undefined, or the seconds until the next window when the limit is passed
   */
  count(key: string, now: number): number | undefined {
    let window = this.windows.get(key);
    if (!window || window.resetAt <= now) {
      this.windows.delete(key);
      if (this.windows.size >= CAPACITY) this.forgetOldest();
      window = { count: 0, resetAt: now + WINDOW_MS };
      this.windows.set(key, window);
    }
    window.count += 1;
    return window.count > this.limit ? Math.ceil((window.resetAt - now) / 1000) : undefined;
  }

  private forgetOldest(): void {
    const oldest = this.windows.keys().next();
    if (!oldest.done) this.windows.delete(oldest.value);
  }
}

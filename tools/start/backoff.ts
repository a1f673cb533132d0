/** How long to wait before a process that died is started again: not at all, then 1, 2, 4 ... 30 seconds. */
export class Backoff {
  private failures = 0;
  private startedAt = 0;

  /** A process that lived this long, in milliseconds, is taken for healthy. */
  static readonly healthyAfter = 10_000;
  static readonly longest = 30_000;

  started(now = Date.now()): void {
    this.startedAt = now;
  }

  /** @returns milliseconds */
  next(now = Date.now()): number {
    if (now - this.startedAt > Backoff.healthyAfter) this.failures = 0;
    this.failures += 1;
    return this.failures === 1 ? 0 : Math.min(Backoff.longest, 1_000 * 2 ** (this.failures - 2));
  }
}

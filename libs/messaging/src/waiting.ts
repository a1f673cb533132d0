import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds to wait after the nth failure in a row (from 0): exponential with full jitter, so that many do not return at once. */
export function backoff(failures: number, first: number, most: number): number {
  return Math.random() * Math.min(most, first * 2 ** Math.min(failures, 30));
}

/** Waits; throws at once when `stopping` is aborted. */
export async function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: stopping });
}

/** Lets a loop sleep until it is woken. Being woken while it works ends its next sleep at once. */
export class Waker {
  private woken = false;
  private end: (() => void) | null = null;

  wake(): void {
    this.woken = true;
    this.end?.();
  }

  async sleep(milliseconds: number): Promise<void> {
    if (!this.woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.end = null;
    }
    this.woken = false;
  }
}

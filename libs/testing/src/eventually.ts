import { setTimeout as wait } from "node:timers/promises";

/**
 * Waits for something that happens soon: calls `check` again and again until it neither throws nor returns false.
 *
 * @param timeout milliseconds after which the last failure is thrown
 * @returns what `check` returned
 */
export async function eventually<R>(check: () => R | Promise<R>, timeout = 10_000): Promise<R> {
  for (const deadline = Date.now() + timeout; ; await wait(25)) {
    try {
      const result = await check();
      if (result !== false) return result;
      if (Date.now() > deadline) throw new Error(`Still false after ${timeout} ms: ${check.toString()}`);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

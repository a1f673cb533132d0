import { createRequire } from "node:module";

/** What we use of kafkajs's inner class. */
interface RequestQueue {
  pending: readonly unknown[];
  /** Epoch milliseconds; -1 when the broker does not throttle us. */
  throttledUntil: number;
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

const load = createRequire(import.meta.url);
const { prototype } = load("kafkajs/src/network/requestQueue/index.js") as { prototype: RequestQueue };
const schedule = prototype.scheduleCheckPendingRequests;

/**
 * After each answer kafkajs 2.2.4 sets a timer for a negative time, which Node makes 1 ms, and the timer sets the next
 * one: about 800 wake-ups a second per connection (https://github.com/tulios/kafkajs/issues/1556). There is something
 * to look at later only when a request waits or the broker throttles us.
 */
prototype.scheduleCheckPendingRequests = function (): void {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
};

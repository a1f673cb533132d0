import { backoff, Waker } from "./waiting.ts";

describe("backoff", () => {
  it("stays between 0 and the doubled first wait, and never exceeds the most", () => {
    for (let failures = 0; failures < 100; failures += 1) {
      const milliseconds = backoff(failures, 100, 30_000);
      expect(milliseconds).toBeGreaterThanOrEqual(0);
      expect(milliseconds).toBeLessThanOrEqual(Math.min(30_000, 100 * 2 ** failures));
    }
  });
});

describe("Waker", () => {
  it("ends a sleep when it is woken", async () => {
    const waker = new Waker();
    const asleep = waker.sleep(60_000);
    waker.wake();
    await asleep;
  });

  it("ends the next sleep at once when it was woken before, and only that one", async () => {
    const waker = new Waker();
    waker.wake();
    waker.wake();
    await waker.sleep(60_000);
    const before = performance.now();
    await waker.sleep(20);
    expect(performance.now() - before).toBeGreaterThan(15);
  });
});

import { Backoff } from "./backoff.ts";

describe("Backoff", () => {
  it("starts again at once, then waits longer each time, up to half a minute", () => {
    const backoff = new Backoff();
    backoff.started(0);
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => backoff.next(10))).toEqual([
      0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
  });

  it("forgets what was once a process has lived for ten seconds", () => {
    const backoff = new Backoff();
    backoff.started(0);
    backoff.next(10);
    backoff.next(10);
    backoff.started(20);
    expect(backoff.next(10_000)).toBe(2_000);
    backoff.started(20);
    expect(backoff.next(10_021)).toBe(0);
  });
});

import fc from "fast-check";
import { RateLimiter } from "./rate-limiter.ts";

describe("RateLimiter", () => {
  it("lets the limit pass in a minute, and says how long to wait", () => {
    const limiter = new RateLimiter(3);
    expect([1, 2, 3, 4].map((i) => limiter.count("a", i * 10_000))).toEqual([undefined, undefined, undefined, 30]);
    expect(limiter.count("b", 40_000)).toBeUndefined();
    expect(limiter.count("a", 70_000)).toBeUndefined();
  });

  it("never lets more than the limit pass in one window, whatever comes when", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat({ max: 200_000 })), (limit, times) => {
        const limiter = new RateLimiter(limit);
        let start = -Infinity;
        let passed = 0;
        for (const now of times.sort((a, b) => a - b)) {
          if (now >= start + 60_000) [start, passed] = [now, 0];
          if (limiter.count("a", now) === undefined) passed += 1;
          expect(passed).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});

import fc from "fast-check";
import { RateLimiter } from "./rate-limiter.ts";

describe("RateLimiter", () => {
  it("lets the limit pass at once, then what is refilled, and says how long to wait", () => {
    const limiter = new RateLimiter("user", 3);
    const take = (now: number) => limiter.take("a", 1, now);
    expect(take(0)).toEqual({ left: 2, seconds: 20, refused: false });
    expect(take(0)).toEqual({ left: 1, seconds: 40, refused: false });
    expect(take(0)).toEqual({ left: 0, seconds: 60, refused: false });
    expect(take(5_000)).toEqual({ left: 0, seconds: 15, refused: true });
    expect(take(20_000)).toEqual({ left: 0, seconds: 60, refused: false });
    expect(limiter.take("b", 1, 20_000).refused).toBe(false);
    expect(take(100_000)).toEqual({ left: 2, seconds: 20, refused: false });
  });

  it("takes what an operation costs, and nothing for one that is refused", () => {
    const limiter = new RateLimiter("user", 60);
    expect(limiter.take("a", 50, 0)).toEqual({ left: 10, seconds: 50, refused: false });
    expect(limiter.take("a", 50, 0)).toEqual({ left: 10, seconds: 40, refused: true });
    expect(limiter.take("a", 10, 0)).toEqual({ left: 0, seconds: 60, refused: false });
  });

  it("lets pass what costs more than the limit where the bucket is full, and only there", () => {
    const limiter = new RateLimiter("user", 10);
    expect(limiter.take("a", 100, 0)).toMatchObject({ left: 0, refused: false });
    expect(limiter.take("a", 1, 0)).toMatchObject({ seconds: 6, refused: true });
    expect(limiter.take("a", 100, 59_000)).toMatchObject({ seconds: 1, refused: true });
    expect(limiter.take("a", 100, 60_000)).toMatchObject({ refused: false });
  });

  it("never lets more than a full bucket and what was refilled pass, whatever comes when", () => {
    const requests = fc.array(fc.tuple(fc.nat({ max: 200_000 }), fc.integer({ min: 1, max: 9 })));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), requests, (limit, list) => {
        const limiter = new RateLimiter("user", limit);
        let passed = 0;
        for (const [now, cost] of list.sort(([a], [b]) => a - b)) {
          if (!limiter.take("a", cost, now).refused) passed += Math.min(cost, limit);
          expect(passed).toBeLessThanOrEqual(limit * (1 + now / 60_000) + 0.01);
        }
      }),
    );
  });

  it("A42 remembers so many keys of a million, and the ones that are in use", () => {
    const limiter = new RateLimiter("address", 2, 1_000);
    for (let i = 0; i < 1_000_000; i++) {
      limiter.take(`10.${i}`, 1, 0);
      if (i % 400 === 0) limiter.take("busy", 1, 0);
    }
    expect(limiter.size).toBeLessThanOrEqual(1_000);
    expect(limiter.take("busy", 1, 0).refused).toBe(true);
  });
});

import { setTimeout as wait } from "node:timers/promises";
import { Callers, Pace } from "./giving-way.ts";

const WORK_MS = 30;

/** Keeps the processor busy. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** How long a step takes whose work takes 30 ms. */
async function stepOf(pace: Pace): Promise<number> {
  const began = performance.now();
  expect(await pace.step(() => wait(WORK_MS, "done"))).toBe("done");
  return performance.now() - began;
}

describe("an import that gives way", () => {
  it("takes all its rows at a time while nobody asks", () => {
    expect(new Pace(new Callers(), 500).rows).toBe(500);
  });

  it("takes few rows at a time and rests longer than it works while somebody asks", async () => {
    const callers = new Callers();
    const pace = new Pace(callers, 500);
    callers.asked();
    expect(pace.rows).toBe(10);
    expect(await stepOf(pace)).toBeGreaterThan(3 * WORK_MS);
  });

  it("takes more rows at a time where a step is long however few they are", async () => {
    const pace = new Pace({ areThere: true }, 35);
    const rows: number[] = [];
    for (const ms of [310, 310, 1]) {
      rows.push(pace.rows);
      await pace.step(() => wait(ms));
    }
    expect([...rows, pace.rows]).toEqual([10, 20, 35, 10]);
  });

  it("rests again and again in work that has no steps, while somebody asks", async () => {
    const pace = new Pace({ areThere: true }, 500);
    const began = performance.now();
    for (let worked = 0; worked < 20; worked += 1) {
      work(1);
      await pace.breathe();
    }
    expect(performance.now() - began).toBeGreaterThan(3 * 20);
  });

  it("goes on as fast as it can a second after the last request", async () => {
    const callers = new Callers();
    expect(callers.areThere).toBe(false);
    callers.asked();
    expect(callers.areThere).toBe(true);
    await wait(1_010);
    expect(new Pace(callers, 500).rows).toBe(500);
  });
});

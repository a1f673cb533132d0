import { Gathered } from "./gathered.ts";

/** An INSERT that ends when the test says so. */
class Slow {
  readonly batches: (readonly number[])[] = [];
  private end: { resolve: () => void; reject: (error: Error) => void } | undefined;

  readonly insert = (items: readonly number[]) => {
    this.batches.push(items);
    return new Promise<void>((resolve, reject) => (this.end = { resolve, reject }));
  };

  async succeed(): Promise<void> {
    this.end?.resolve();
    await new Promise(setImmediate);
  }

  async fail(): Promise<void> {
    this.end?.reject(new Error("away"));
    await new Promise(setImmediate);
  }
}

describe("Gathered", () => {
  it("inserts the first at once, and together what comes meanwhile", async () => {
    const slow = new Slow();
    const gathered = new Gathered(slow.insert);
    const done: number[] = [];
    for (const item of [1, 2, 3]) void gathered.add(item).then(() => done.push(item));
    expect(slow.batches).toEqual([[1]]);
    await slow.succeed();
    expect({ done, batches: slow.batches }).toEqual({ done: [1], batches: [[1], [2, 3]] });
    await slow.succeed();
    expect(done).toEqual([1, 2, 3]);
  });

  it("has a statement of 500 at most, and one at a time", async () => {
    const slow = new Slow();
    const gathered = new Gathered(slow.insert);
    const all = Promise.all(Array.from({ length: 1_201 }, (_, item) => gathered.add(item)));
    for (let i = 0; i < 4; i++) {
      expect(slow.batches).toHaveLength(i + 1);
      await slow.succeed();
    }
    await all;
    expect(slow.batches.map(({ length }) => length)).toEqual([1, 500, 500, 200]);
  });

  it("fails for those of the statement that failed, and goes on", async () => {
    const slow = new Slow();
    const gathered = new Gathered(slow.insert);
    const outcomes = [1, 2].map((item) =>
      gathered.add(item).then(
        () => "stored",
        (error: unknown) => (error as Error).message,
      ),
    );
    await slow.fail();
    await slow.succeed();
    expect(await Promise.all(outcomes)).toEqual(["away", "stored"]);
    const later = gathered.add(3);
    await slow.succeed();
    await later;
    expect(slow.batches).toEqual([[1], [2], [3]]);
  });
});

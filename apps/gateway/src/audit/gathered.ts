/** Rows of one statement, at most. */
const MOST = 500;

interface Waiting<T> {
  item: T;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Lets many callers share one INSERT: what comes while one runs goes with the next. So a flood takes one connection. */
export class Gathered<T> {
  private waiting: Waiting<T>[] = [];
  private running = false;

  /** @param insert stores all of them, or throws */
  constructor(private readonly insert: (items: readonly T[]) => Promise<unknown>) {}

  /** Resolves when the item is stored. @throws what `insert` throws */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MOST);
      try {
        await this.insert(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.running = false;
  }
}

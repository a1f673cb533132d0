import { setTimeout as wait } from "node:timers/promises";

/** For how long somebody is there after his last request. */
const PRESENT_MS = 1_000;
/** Rows of one transaction while others ask: one that waits for the database or the processor waits for few rows. */
const FEW = 10;
/** How much longer it rests than it works while others ask; the other services deal with what it has written meanwhile. */
const REST = 3;
/** Of work that has no steps, so much at a time while others ask. */
const PIECE_MS = 3;
/** A step that takes longer has costs that fewer rows do not lower: rows that are found by reading a whole table. */
const LONG_MS = 300;

/** Whether others ask the service while it works on imports. */
export class Callers {
  private last = -Infinity;

  /** Takes note of a request that somebody waits for. */
  asked(): void {
    this.last = performance.now();
  }

  get areThere(): boolean {
    return performance.now() - this.last < PRESENT_MS;
  }
}

/** The pace of an import: as fast as it can while nobody asks, else in small steps with rests between them. */
export class Pace {
  private few = FEW;
  private rested = performance.now();

  /**
   * @param callers to whom it gives way
   * @param usual rows of one transaction while nobody asks
   */
  constructor(
    private readonly callers: Pick<Callers, "areThere">,
    private readonly usual: number,
  ) {}

  /** Of the next transaction. */
  get rows(): number {
    return this.callers.areThere ? this.few : this.usual;
  }

  /** Works, and rests behind it where others ask. */
  async step<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work();
    const took = performance.now() - began;
    this.few = took > LONG_MS ? Math.min(2 * this.few, this.usual) : FEW;
    if (this.callers.areThere) await wait(REST * took);
    return result;
  }

  /** Called again and again by work that has no steps: rests where that has gone on for a while and others ask. */
  async breathe(): Promise<void> {
    const worked = performance.now() - this.rested;
    if (worked < PIECE_MS) return;
    if (this.callers.areThere) await wait(REST * worked);
    this.rested = performance.now();
  }
}

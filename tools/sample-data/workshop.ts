import type { Hand } from "./hand.ts";
import type { Random } from "./random.ts";

/** What every part of the generator works with. */
export interface Workshop {
  readonly random: Random;
  readonly hand: Hand;
  /** A moment within the two years, on a whole minute. */
  readonly moment: () => number;
  /** @param rows how many a real export has at size 1 */
  readonly count: (rows: number) => number;
}

import type { Waiting } from "../references.ts";

const USUAL_SECONDS = 10;

/** How long a run waits, all in all, for records that other services have just made: one wrong id must not hold up each batch. */
export class Patience implements Waiting {
  private left: number;

  /**
   * @param seconds as the caller said it
   * @param goOn asked before each pause; it throws where the process is to end
   */
  constructor(
    seconds: number = USUAL_SECONDS,
    private readonly goOn: () => void,
  ) {
    this.left = seconds * 1000;
  }

  spend(milliseconds: number): boolean {
    this.goOn();
    this.left -= milliseconds;
    return this.left >= 0;
  }
}

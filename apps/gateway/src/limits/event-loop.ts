const PERIOD_MS = 500;
/** From here on people notice that everything waits. */
const LATE_MS = 500;

/** Watches how late this process is with what is due. One late timer may be garbage that was collected; two are a load. */
export class EventLoop {
  private due = Infinity;
  private lateBefore = false;
  private isLate = false;
  private timer: NodeJS.Timeout | undefined;

  /** True while what is due comes half a second late, again and again. */
  get late(): boolean {
    return this.isLate;
  }

  start(): void {
    this.due = performance.now() + PERIOD_MS;
    this.timer = setInterval(() => this.look(performance.now()), PERIOD_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Called when the timer runs. @param now in milliseconds */
  look(now: number): void {
    const late = now - this.due > LATE_MS;
    this.isLate = late && this.lateBefore;
    this.lateBefore = late;
    this.due = now + PERIOD_MS;
  }
}

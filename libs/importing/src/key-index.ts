import { hash } from "node:crypto";
import { MOST_KEYS } from "./limits.ts";

/**
 * Remembers the first row of each key: 64 bits of its SHA-256 and the row's number, twelve bytes together, in a table that
 * is at most half full. Of a million keys two different ones are taken for the same with a probability of 3 in 10^8.
 */
export class KeyIndex {
  private slots = 1024;
  private high = new Uint32Array(this.slots);
  private low = new Uint32Array(this.slots);
  private lines = new Uint32Array(this.slots);
  private count = 0;

  /** False when so many keys are known that further ones are not remembered. */
  get hasRoom(): boolean {
    return this.count < MOST_KEYS;
  }

  /** @returns the row in which this key stood first, or null where this is the first, which is then remembered */
  firstOf(key: string, line: number): number | null {
    const digest = hash("sha256", key, "buffer");
    const [high, low] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
    const slot = this.slotOf(high, low);
    if (this.lines[slot] !== 0) return this.lines[slot]!;
    if (!this.hasRoom) return null;
    this.put(slot, high, low, line);
    if (++this.count * 2 > this.slots) this.grow();
    return null;
  }

  /** A slot without a line is free. */
  private slotOf(high: number, low: number): number {
    const mask = this.slots - 1;
    let slot = low & mask;
    while (this.lines[slot] !== 0 && (this.high[slot] !== high || this.low[slot] !== low)) slot = (slot + 1) & mask;
    return slot;
  }

  private put(slot: number, high: number, low: number, line: number): void {
    this.high[slot] = high;
    this.low[slot] = low;
    this.lines[slot] = line;
  }

  private grow(): void {
    const { high, low, lines } = this;
    this.slots *= 2;
    this.high = new Uint32Array(this.slots);
    this.low = new Uint32Array(this.slots);
    this.lines = new Uint32Array(this.slots);
    lines.forEach((line, at) => {
      if (line !== 0) this.put(this.slotOf(high[at]!, low[at]!), high[at]!, low[at]!, line);
    });
  }
}

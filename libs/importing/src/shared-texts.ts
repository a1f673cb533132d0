import { RuleViolation } from "@kehu/contracts";
import { MOST_CELL_CHARACTERS, MOST_SHARED_TEXT_BYTES } from "./limits.ts";
import { decoded } from "./xlsx-text.ts";
import type { XmlEvent } from "./xml.ts";

/** Longer than the longest text that is kept, in bytes. */
const BLOCK = 4 * 1024 ** 2;
/** So much is kept of each text beside it, an empty one too. */
const INDEX_BYTES = 8;

/** The texts that cells refer to by number, close together: a million strings of their own would cost ten times as much. */
export class SharedTexts {
  private readonly blocks: Buffer[] = [];
  /** How much of the last block is taken. */
  private taken = BLOCK;
  /** Of each text, where it begins, counted over all blocks, and how many bytes it has. */
  private starts = new Uint32Array(1024);
  private lengths = new Uint32Array(1024);
  private count = 0;

  static async read(parts: AsyncIterable<XmlEvent[]>): Promise<SharedTexts> {
    const texts = new SharedTexts();
    const item = new RichText();
    for await (const events of parts)
      for (const event of events) {
        item.take(event);
        if (event.close === "si") texts.add(item.end());
      }
    return texts;
  }

  /** @returns undefined where there is no such text */
  at(place: number): string | undefined {
    if (!Number.isInteger(place) || place < 0 || place >= this.count) return undefined;
    const [start, length] = [this.starts[place]!, this.lengths[place]!];
    if (length === 0) return "";
    const from = start % BLOCK;
    return this.blocks[Math.floor(start / BLOCK)]!.toString("utf8", from, from + length);
  }

  private add(text: string): void {
    if (this.count === this.starts.length) {
      this.starts = doubled(this.starts);
      this.lengths = doubled(this.lengths);
    }
    const length = Buffer.byteLength(text);
    if (length > 0) this.write(text, length);
    this.lengths[this.count++] = length;
    if (this.blocks.length * BLOCK + this.count * INDEX_BYTES > MOST_SHARED_TEXT_BYTES)
      throw new RuleViolation(
        "import.file-texts",
        "The XLSX file has too much text. Save the sheet as CSV and send that.",
      );
  }

  private write(text: string, length: number): void {
    if (this.taken + length > BLOCK) {
      this.blocks.push(Buffer.allocUnsafeSlow(BLOCK));
      this.taken = 0;
    }
    const block = this.blocks.length - 1;
    this.blocks[block]!.write(text, this.taken);
    this.starts[this.count] = block * BLOCK + this.taken;
    this.taken += length;
  }
}

function doubled(old: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const fresh = new Uint32Array(old.length * 2);
  fresh.set(old);
  return fresh;
}

/** With more than this a text is too long for a cell, even where each character of it takes seven. */
export const ENOUGH = 7 * MOST_CELL_CHARACTERS;

/** Puts a text together from the pieces that have formats of their own, without what tells how they are pronounced. */
export class RichText {
  private text = "";
  private isText = false;
  private isPhonetic = false;

  take(event: XmlEvent): void {
    if (event.open !== undefined) {
      if (event.open === "rPh") this.isPhonetic = true;
      this.isText = event.open === "t" && !this.isPhonetic;
    } else if (event.close !== undefined) {
      this.isText = false;
      if (event.close === "rPh") this.isPhonetic = false;
    } else if (this.isText && this.text.length <= ENOUGH) this.text += event.text;
  }

  /** @returns the text, and begins the next one */
  end(): string {
    const text = decoded(this.text);
    this.text = "";
    return text;
  }
}

import { Malformed, type Problem } from "@kehu/contracts";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { MOST_KEYS } from "./sort.ts";

/** Characters of the longest value by which a list is sorted: a person's first and last name, each of 255, in one. */
const LONGEST_VALUE = 511;
/** Bytes of a character as JSON has it, at most: a control character, with a variation selector that counts as a part of it. */
const MOST_BYTES = "\\u0001".length + Buffer.byteLength("\uFE0F");
/** The longest cursor: values in base64, four characters for three bytes; 200 more for rank, id, quotes and signature. */
export const LONGEST_CURSOR = Math.ceil((MOST_KEYS * LONGEST_VALUE * MOST_BYTES * 4) / 3) + 200;

/**
 * Signs the place in a list where the next page begins. A cursor is bound to the list, its filter, its order and its
 * caller: it is of no use to anyone else, and cannot be made up.
 */
export class CursorSigner {
  constructor(private readonly secret: string) {}

  /** @param binding everything that the list depends on */
  sign(values: readonly unknown[], binding: unknown): string {
    const payload = Buffer.from(JSON.stringify(values)).toString("base64url");
    return `${payload}.${this.mac(payload, binding)}`;
  }

  /**
   * @param refusal what is thrown for a cursor that is none, or none of this binding
   * @throws Malformed `cursor.invalid`, where no other refusal is given
   */
  read(cursor: string, binding: unknown, refusal?: Problem): unknown[] {
    const [payload = "", mac = "", ...more] = cursor.split(".");
    const expected = Buffer.from(this.mac(payload, binding));
    const given = Buffer.from(mac);
    if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw refusal ?? new Malformed("cursor.invalid", "The cursor is not one of this list, filter, order and caller.");
    }
    return JSON.parse(Buffer.from(payload, "base64url").toString()) as unknown[];
  }

  private mac(payload: string, binding: unknown): string {
    const bound = createHash("sha256").update(JSON.stringify(binding)).digest("base64url");
    return createHmac("sha256", this.secret).update(`${payload}.${bound}`).digest("base64url");
  }
}

import { Malformed, type Problem } from "@kehu/contracts";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

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

import fc from "fast-check";
import { CursorSigner, LONGEST_CURSOR } from "./cursor.ts";
import { MOST_KEYS } from "./sort.ts";

const signer = new CursorSigner("0123456789-abcdefghijklmnopqrstuvwxyz");
const BINDING = ["sales.opportunity", null, [["amount", true]], "user", "0199"];
const refused = expect.objectContaining({ status: 400, code: "cursor.invalid" }) as Error;

describe("CursorSigner", () => {
  it("gives back the place that it signed, empty values and any text included", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: "grapheme" }))), (place) => {
        const cursor = signer.sign(place, BINDING);
        expect(cursor).toMatch(/^[\w.-]+$/);
        expect(signer.read(cursor, BINDING)).toEqual(place);
      }),
    );
  });

  it("is no longer than requests take it, whatever a list is sorted by", () => {
    const names = Array<string>(MOST_KEYS).fill("\u0001\uFE0F".repeat(511));
    const cursor = signer.sign([0, ...names, "0199c1a0-0000-7000-8000-000000000001"], BINDING);
    expect(cursor.length).toBeLessThanOrEqual(LONGEST_CURSOR);
    expect(cursor.length).toBeGreaterThan(0.95 * LONGEST_CURSOR);
  });

  it("is bound to everything that the list depends on", () => {
    const cursor = signer.sign(["9", "a"], BINDING);
    for (const at of BINDING.keys()) {
      expect(() => signer.read(cursor, BINDING.with(at, "other"))).toThrow(refused);
    }
    expect(() => signer.read(cursor, [])).toThrow(refused);
  });

  it("is of no use under another secret", () => {
    const cursor = new CursorSigner("another-0123456789-abcdefghijklmnopqr").sign(["9"], BINDING);
    expect(() => signer.read(cursor, BINDING)).toThrow(refused);
  });

  it("refuses a cursor of which any character was changed, left out or added", () => {
    const cursor = signer.sign(["9", "a"], BINDING);
    for (let at = 0; at <= cursor.length; at++) {
      const [before, rest] = [cursor.slice(0, at), cursor.slice(at)];
      const other = rest.startsWith("A") ? "B" : "A";
      expect(() => signer.read(`${before}${other}${rest}`, BINDING)).toThrow(refused);
      if (rest === "") continue;
      expect(() => signer.read(before + other + rest.slice(1), BINDING)).toThrow(refused);
      expect(() => signer.read(before + rest.slice(1), BINDING)).toThrow(refused);
    }
  });

  it.each(["", ".", "nonsense", "e30.", ".abc", "客户.客户", "a.b.c"])("refuses %j", (cursor) => {
    expect(() => signer.read(cursor, BINDING)).toThrow(refused);
  });

  it("refuses a cursor with something behind it", () => {
    expect(() => signer.read(`${signer.sign(["9"], BINDING)}.more`, BINDING)).toThrow(refused);
  });
});

import { ERASED } from "@kehu/contracts";
import fc from "fast-check";
import { BLIND_KINDS, BlindIndex, phoneEnding } from "./blind-index.ts";
import { derive, keyOf, random } from "./cipher.ts";
import { MasterKeys } from "./master-keys.ts";
import { keyIdOf, PersonKey, UnreadableValue } from "./person-key.ts";

const PERSON = "0199c1a0-0000-7000-8000-0000000000b1";
const aKey = (personId = PERSON) => new PersonKey(personId, random(12).toString("base64url"), keyOf(random(32)));
const PLACE = "sales.lead 1 email";

/** The same text with one bit of its ciphertext changed. */
function flipped(sealed: string, bit: number): string {
  const [id, encrypted] = sealed.split(".") as [string, string];
  const bytes = Buffer.from(encrypted, "base64");
  bytes[Math.floor(bit / 8) % bytes.length]! ^= 1 << (bit % 8);
  return `${id}.${bytes.toString("base64")}`;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Other letters of base64 for the same bytes. */
const respelled = (sealed: string) =>
  sealed.replace(/(.)=$/, (_, last: string) => `${LETTERS[LETTERS.indexOf(last) ^ 1]!}=`);

describe("PersonKey", () => {
  const key = aKey();

  it("opens what it has sealed, at its place", () => {
    const values = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.record({ kind: fc.string(), value: fc.string() })),
    );
    fc.assert(
      fc.property(values, fc.string(), (value, place) => {
        const sealed = key.seal(value, place);
        expect(sealed).toMatch(/^[\w-]{16}\.[A-Za-z0-9+/]+=*$/);
        expect(key.open(sealed, place)).toEqual(value);
      }),
    );
  });

  it("seals the same value differently each time", () => {
    const sealed = new Set(Array.from({ length: 500 }, () => key.seal("wang@huaxing.example", PLACE)));
    expect(sealed.size).toBe(500);
  });

  it("does not tell short values apart by their length", () => {
    const lengths = ["a@b.cn", "someone@somewhere.example"].map((value) => key.seal(value, PLACE).length);
    expect(new Set(lengths).size).toBe(1);
  });

  it("opens nothing of which one bit has changed", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(4000), (value, bit) => {
        expect(() => key.open(flipped(key.seal(value, PLACE), bit), PLACE)).toThrow(UnreadableValue);
      }),
    );
  });

  it("opens nothing that was moved to another row, column, table or person", () => {
    const sealed = key.seal("wang@huaxing.example", PLACE);
    for (const place of ["sales.lead 2 email", "sales.lead 1 phone", "customer.contact 1 email", "history 1 email"]) {
      expect(() => key.open(sealed, place)).toThrow(UnreadableValue);
    }
    const secret = keyOf(random(32));
    const [one, other] = [PERSON, "0199c1a0-0000-7000-8000-0000000000b2"].map(
      (id) => new PersonKey(id, key.id, secret),
    );
    expect(() => other!.open(one!.seal("x", PLACE), PLACE)).toThrow(UnreadableValue);
  });

  it.each([
    ["another key's", () => aKey().seal("x", PLACE)],
    ["an older key's under this one's id", () => `${key.id}.${aKey().seal("x", PLACE).split(".")[1]!}`],
    ["an unknown key id's", () => `AAAAAAAAAAAAAAAA.${key.seal("x", PLACE).split(".")[1]!}`],
    ["a plain text", () => "wang@huaxing.example"],
    ["an empty text", () => ""],
    ["a ciphertext that was cut", () => key.seal("x", PLACE).slice(0, 30)],
    ["a ciphertext in another spelling", () => respelled(key.seal("x".repeat(40), PLACE))],
  ])("opens nothing of %s, and says so with ids alone", (_what, sealed) => {
    const failure = (() => {
      try {
        return key.open(sealed(), PLACE);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(UnreadableValue);
    expect((failure as Error).message).toBe(`The personal value at ${PLACE} cannot be read with the key ${key.id}.`);
  });

  it("reads null and seals nothing once it is destroyed, but what stands for an erased name", () => {
    const sealed = key.seal("x", PLACE);
    const destroyed = new PersonKey(PERSON, key.id, null);
    expect(destroyed.open(sealed, PLACE)).toBeNull();
    expect(() => destroyed.seal("x", PLACE)).toThrow(expect.objectContaining({ status: 422, code: "person.erased" }));
    expect(destroyed.sealerOf("1")(ERASED, "lead.lastName")).toBe(ERASED);
    expect(() => destroyed.sealerOf("1")("x", "lead.lastName")).toThrow(
      expect.objectContaining({ code: "person.erased" }),
    );
    expect(key.sealerOf("1")(ERASED, "lead.lastName")).toEqual({
      enc: expect.stringContaining(`${key.id}.`) as string,
    });
  });

  it("has its id in front of what it sealed", () => {
    expect(keyIdOf(key.seal("x", PLACE))).toBe(key.id);
    for (const value of ["x", "", null, 7, "a.b", key.id, `${key.id}.`]) expect(keyIdOf(value)).toBeNull();
  });
});

describe("MasterKeys", () => {
  const [old, fresh] = ["the old master key of a test", "the fresh master key of a test"];
  const key = random(32);

  it("unwraps what it has wrapped, and what the other one wrapped", () => {
    const before = new MasterKeys([old]).wrap(key, "whose");
    const after = new MasterKeys([fresh, old]);
    expect(after.unwrap(before, "whose")).toEqual(key);
    const again = after.wrap(key, "whose");
    expect(again.masterKeyId).toBe(new MasterKeys([fresh]).current);
    expect(new MasterKeys([fresh]).unwrap(again, "whose")).toEqual(key);
    expect(after.others).toEqual([before.masterKeyId]);
  });

  it("unwraps nothing of a master key that it is not given, of another person, or changed", () => {
    const wrapped = new MasterKeys([old]).wrap(key, "whose");
    expect(() => new MasterKeys([fresh]).unwrap(wrapped, "whose")).toThrow(wrapped.masterKeyId);
    expect(() => new MasterKeys([old]).unwrap(wrapped, "another's")).toThrow();
    const masterKeyId = new MasterKeys([fresh]).current;
    expect(() => new MasterKeys([fresh]).unwrap({ ...wrapped, masterKeyId }, "whose")).toThrow();
    expect(() => new MasterKeys([]).wrap(key, "whose")).toThrow("no master key");
  });
});

describe("BlindIndex", () => {
  const index = new BlindIndex(derive("a secret", "blind index"));

  it("gives equal values equal tokens, and others others: by kind, by value and by key", () => {
    const other = new BlindIndex(derive("another secret", "blind index"));
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom(...BLIND_KINDS),
        fc.constantFrom(...BLIND_KINDS),
        (a, b, x, y) => {
          expect(index.token(x, a)).toMatch(/^[\w-]{22}$/);
          expect(index.token(x, a) === index.token(y, b)).toBe(a === b && x === y);
          expect(other.token(x, a)).not.toBe(index.token(x, a));
        },
      ),
    );
  });

  it("finds a row by each address, its domain and its ending, and by the kinds of which it has any", () => {
    const tokens = index.tokens({ emails: ["a@b.example", "c@b.example"], phones: ["+8613800138000"] });
    expect(tokens).toEqual([
      "email",
      index.token("email", "a@b.example"),
      index.token("emailDomain", "b.example"),
      index.token("email", "c@b.example"),
      "phone",
      index.token("phone", "+8613800138000"),
      index.token("phoneEnding", "0138000"),
    ]);
    expect(index.tokens({ emails: [], phones: [] })).toEqual([]);
  });

  it.each([
    ["+8613800138000", "0138000"],
    ["013-8000", "0138000"],
    ["110", "110"],
  ])("takes of the phone %s the ending %s", (phone, ending) => {
    expect(phoneEnding(phone)).toBe(ending);
  });
});

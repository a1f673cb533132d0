import fc from "fast-check";
import { currencyDigits, isCurrency, toMinor, toMoney } from "./money.ts";

describe("money", () => {
  it("comes back as it went in, to the last digit", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        fc.constantFrom("USD", "JPY", "KWD", "CNY"),
        (minor, currency) => {
          const money = toMoney(minor, currency)!;
          expect(toMinor(money.amount, currency)).toBe(minor);
        },
      ),
    );
  });

  it.each([
    ["USD", "22700", 2270000n],
    ["USD", "0.5", 50n],
    ["JPY", "100", 100n],
    ["KWD", "1.234", 1234n],
    ["USD", "9007199254740.93", 900719925474093n],
  ])("reads %s %s", (currency, amount, minor) => expect(toMinor(amount, currency)).toBe(minor));

  it.each(["", ".5", "1.", "1,000", "1e3", "0x1", " 1", "1.001", "99999999999999999", "--1", "１"])(
    "refuses %j",
    (amount) => {
      expect(toMinor(amount, "USD")).toBeNull();
    },
  );

  it("knows the digits of a currency and which codes are one", () => {
    expect([currencyDigits("USD"), currencyDigits("JPY"), currencyDigits("KWD")]).toEqual([2, 0, 3]);
    expect([isCurrency("USD"), isCurrency("usd"), isCurrency("ABC"), isCurrency(5)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

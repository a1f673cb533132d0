import fc from "fast-check";
import { normalEmail, normalPhone } from "./normal-forms.ts";

describe("normalEmail", () => {
  it("is in lower case without spaces around it, and stays so", () => {
    expect(normalEmail(" Wang.Wei@Huaxing.Example\t")).toBe("wang.wei@huaxing.example");
    fc.assert(fc.property(fc.emailAddress(), (email) => normalEmail(normalEmail(email)) === normalEmail(email)));
  });
});

describe("normalPhone", () => {
  it("reads a number without a country code as the country's", () => {
    expect(normalPhone("805-247-8982", "US")).toBe("+18052478982");
    expect(normalPhone("805-247-8982", "CN")).toBe("+868052478982");
    expect(normalPhone("+1 805 247 8982", "CN")).toBe("+18052478982");
    expect(normalPhone("138 0013 8000", "CN")).toBe("+8613800138000");
  });

  it.each(["", "12", "call me", "+1", "+999 805 247 8982", "0".repeat(300)])("takes %j for no number", (value) => {
    expect(normalPhone(value, "US")).toBeNull();
  });

  it("stays as it is when it is done again, whatever the country", () => {
    for (const country of ["US", "CN", "DE"]) expect(normalPhone("+49 30 901820", country)).toBe("+4930901820");
  });
});

import { Patience } from "./import-patience.ts";

describe("Patience", () => {
  it("is spent once, over all waits", () => {
    const patience = new Patience(1, () => undefined);
    expect([patience.spend(600), patience.spend(400), patience.spend(1), patience.spend(1)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("ends with the process", () => {
    const patience = new Patience(900, () => {
      throw new Error("ends");
    });
    expect(() => patience.spend(1)).toThrow("ends");
  });
});

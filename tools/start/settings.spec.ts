import { readSettings, WrongSetting } from "./settings.ts";

describe("KEHU_PORTS", () => {
  it("is where everything but the gateway listens, 20000 to 29999 unless it is set", () => {
    expect(readSettings({}, []).ports).toEqual({ from: 20_000, to: 29_999 });
    expect(readSettings({ KEHU_PORTS: "30000-30499" }, []).ports).toEqual({ from: 30_000, to: 30_499 });
  });

  it.each(["30000", "30499-30000", "30000-30048", "0-100", "65000-65536", "a-b", "1-2-300"])("is not %s", (range) => {
    expect(() => readSettings({ KEHU_PORTS: range }, [])).toThrow(WrongSetting);
    expect(() => readSettings({ KEHU_PORTS: range }, [])).toThrow("KEHU_PORTS is not a range of at least 50 ports");
  });
});

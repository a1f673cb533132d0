import { IsDay, IsInstant } from "./dto.ts";
import { validated } from "./validation.ts";

class Dated {
  @IsDay() on: string;
  @IsInstant() at: Date;
}
const read = (on: string, at: string) => validated(Dated, { on, at });

describe("days and instants of a request", () => {
  it("are read in any zone, to the year 9999", () => {
    expect(read("2024-02-29", "2024-02-29T23:30:00+08:00").at).toEqual(new Date("2024-02-29T15:30:00Z"));
    expect(read("9999-12-31", "0001-01-01T00:00Z").at.getUTCFullYear()).toBe(1);
  });

  it.each(["2026-02-30", "2023-02-29", "2026-13-01", "0000-01-01", "2026-1-1", ""])("are no day %j", (day) => {
    const refusal = (field: string) =>
      expect.objectContaining({
        status: 422,
        members: { errors: [expect.objectContaining({ field, code: "field.format" })] },
      }) as Error;
    expect(() => read(day, "2026-01-31T09:00:00Z")).toThrow(refusal("on"));
    expect(() => read("2026-01-31", `${day}T09:00:00Z`)).toThrow(refusal("at"));
  });

  it.each([
    "9999-12-31T23:00:00-05:00",
    "0001-01-01T01:00:00+02:00",
    "2026-01-31T09:00:00",
    "2026-01-31T25:00:00Z",
    "2026-01-31T09:00:00+16:00",
    "2026-01-31 09:00:00Z",
  ])("are no instant %j", (at) => {
    expect(() => read("2026-01-31", at)).toThrow(
      expect.objectContaining({ status: 422, code: "request.invalid" }) as Error,
    );
  });
});

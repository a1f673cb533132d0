import { systemContext } from "@kehu/auth";
import { Conflict, Unavailable } from "@kehu/contracts";
import type { Planned } from "./comparison.ts";
import { LONGEST_MS, outcomesOf } from "./outcomes.ts";

const WHO = systemContext("test", { id: "1", correlationid: "1", origin: "api" });

/** A change that does something, and writes down that it was tried. */
function aChange(key: string, tried: string[], work: () => void = () => undefined, isLast = false): Planned {
  const run = () => {
    tried.push(key);
    return Promise.resolve().then(work);
  };
  return {
    difference: { section: "queues", key, change: "create", fields: [], from: null, to: {}, reason: null },
    step: { change: "create", fields: [], from: null, to: {}, isLast, run },
  };
}

describe("changes that are made one after the other", () => {
  const tried: string[] = [];
  beforeEach(() => void tried.splice(0));
  const outcomes = async (planned: Planned[], now = () => new Date(0)) =>
    (await outcomesOf(planned, WHO, now)).map(({ key, outcome, reason }) => [key, outcome, reason?.code]);

  it("goes on after one that is refused", async () => {
    const refuse = () => {
      throw new Conflict("field.exists", "There is one.");
    };
    expect(await outcomes([aChange("a", tried, refuse), aChange("b", tried)])).toEqual([
      ["a", "failed", "field.exists"],
      ["b", "done", undefined],
    ]);
  });

  it("tries nothing more where something is away", async () => {
    const away = () => {
      throw new Unavailable("service.unavailable", "It is away.");
    };
    expect(await outcomes([aChange("a", tried), aChange("b", tried, away), aChange("c", tried)])).toEqual([
      ["a", "done", undefined],
      ["b", "left", undefined],
      ["c", "left", undefined],
    ]);
    expect(tried).toEqual(["a", "b"]);
  });

  it("ends with what nobody has foreseen", async () => {
    const broken = () => {
      throw new TypeError("x is not a function");
    };
    await expect(outcomes([aChange("a", tried, broken), aChange("b", tried)])).rejects.toThrow(TypeError);
    expect(tried).toEqual(["a"]);
  });

  it("leaves what does not fit into the time of one request", async () => {
    let time = 0;
    const takes = (ms: number) => () => void (time += ms);
    const planned = [aChange("a", tried, takes(LONGEST_MS)), aChange("b", tried, takes(1)), aChange("c", tried)];
    expect(await outcomes(planned, () => new Date(time))).toEqual([
      ["a", "done", undefined],
      ["b", "done", undefined],
      ["c", "left", undefined],
    ]);
  });

  it("takes away only when all else is there, and tells of it where it was shown", async () => {
    const planned = [aChange("retired", tried, undefined, true), aChange("role", tried)];
    expect((await outcomes(planned)).map(([key]) => key)).toEqual(["retired", "role"]);
    expect(tried).toEqual(["role", "retired"]);
  });
});

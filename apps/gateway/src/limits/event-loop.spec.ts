import { EventLoop } from "./event-loop.ts";

describe("EventLoop", () => {
  it("is late when its timer is late twice, and in time again when that is", () => {
    const loop = new EventLoop();
    const seen = [0, 500, 1_600, 2_100, 3_200, 4_300, 5_400, 5_900, 6_400].map((now) => {
      loop.look(now);
      return loop.late;
    });
    expect(seen).toEqual([false, false, false, false, false, true, true, false, false]);
  });
});

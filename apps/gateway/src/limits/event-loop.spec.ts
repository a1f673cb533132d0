import { eventually } from "@kehu/testing";
import { setImmediate } from "node:timers/promises";
import { EventLoop } from "./event-loop.ts";

/** Lets nothing else run; then what is due runs. */
async function block(ms: number): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end;);
  for (let turn = 0; turn < 3; turn++) await setImmediate();
}

describe("EventLoop", () => {
  it("is late while everything waits for long, and in time again when it does not", async () => {
    const loop = new EventLoop();
    loop.start();
    expect(loop.late).toBe(false);
    await block(1_100);
    expect(loop.late).toBe(false); // once may be garbage
    await block(1_100);
    expect(loop.late).toBe(true);
    await eventually(() => !loop.late);
    loop.stop();
  });
});

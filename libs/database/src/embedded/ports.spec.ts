import { createServer } from "node:net";
import { once } from "node:events";
import { freePorts } from "./ports.ts";

const RANGE = { from: 32_700, to: 32_703 };

describe("freePorts", () => {
  it("finds every port of a range, and none of those that are meant for something else", async () => {
    const found = await freePorts(3, RANGE, [32_701]);
    expect(found.sort((a, b) => a - b)).toEqual([32_700, 32_702, 32_703]);
  });

  it("says so where there are too few, and does not look for ever", async () => {
    await expect(freePorts(4, RANGE, [32_701])).rejects.toThrow("Of the ports 32700 to 32703 too few are free.");
  });

  it("passes over a port on which somebody listens", async () => {
    const server = createServer().listen(32_702, "127.0.0.1");
    await once(server, "listening");
    const found = await freePorts(3, RANGE);
    server.close();
    expect(found.sort((a, b) => a - b)).toEqual([32_700, 32_701, 32_703]);
  });
});

import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections, so that ours is still free when its owner restarts. */
const RANGE = { from: 20_000, to: 30_000 };

/** Whether one could listen on this port of 127.0.0.1 now. */
export function isFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** @returns `count` different ports that are free now */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(RANGE.from, RANGE.to);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

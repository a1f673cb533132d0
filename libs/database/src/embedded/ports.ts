import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** The first and the last port of a range. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Below the ports that systems give to outgoing connections, so that ours is still free when its owner restarts. */
export const PORTS: PortRange = { from: 20_000, to: 29_999 };

/** By then each port of a range has been looked at, as good as certainly. */
const TRIES_PER_PORT = 20;

/** Whether one could listen on this port of 127.0.0.1 now. */
export function isFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/**
 * @param range where to look: whoever starts several things at a time gives each a range of its own, as what is free
 *   now may be taken by another when it is used
 * @param taken ports that are free now, and meant for something else
 * @returns `count` different ports that are free now
 * @throws Error where the range has not so many
 */
export async function freePorts(count: number, range = PORTS, taken: readonly number[] = []): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = TRIES_PER_PORT * (range.to - range.from + 1); found.size < count; tries -= 1) {
    if (tries === 0) throw new Error(`Of the ports ${range.from} to ${range.to} too few are free.`);
    const port = randomInt(range.from, range.to + 1);
    if (!found.has(port) && !taken.includes(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

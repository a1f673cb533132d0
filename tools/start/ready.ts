import { setTimeout as wait } from "node:timers/promises";
import type { Service } from "./service.ts";

const PATIENCE = 120_000;

/** @throws Error naming the processes that did not become ready in two minutes */
export async function untilReady(services: readonly Service[], signal: AbortSignal): Promise<void> {
  const late = new Set(services);
  for (const deadline = Date.now() + PATIENCE; late.size > 0; await wait(100, undefined, { signal })) {
    await Promise.all([...late].map(async (service) => (await isReady(service.launch.port)) && late.delete(service)));
    if (Date.now() > deadline) {
      throw new Error(`Not ready after ${PATIENCE / 1000} s: ${[...late].map(({ launch }) => launch.name).join(", ")}`);
    }
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    return false;
  }
}

import { setTimeout as wait } from "node:timers/promises";
import type { Kehu } from "./kehu.ts";
import { cpuBetween, cpuSeconds, memoryOf } from "./usage.ts";

/** Percent of one core, and MB, by process. */
export interface Idle {
  cpu: Record<string, number>;
  memory: Record<string, number>;
}

/** What the processes take while nobody asks anything. */
export async function idle(kehu: Kehu, seconds: number): Promise<Idle> {
  await kehu.signIn();
  await kehu.untilLevel();
  await wait(3_000);
  const services = kehu.services();
  const before = cpuSeconds(services, kehu.postmaster());
  await wait(seconds * 1_000);
  const { client: _client, ...used } = cpuBetween(before, cpuSeconds(services, kehu.postmaster()));
  const cpu = Object.fromEntries(Object.entries(used).map(([name, value]) => [name, (value / seconds) * 100]));
  return { cpu, memory: memoryOf(services) };
}

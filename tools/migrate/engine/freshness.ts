import { setTimeout as wait } from "node:timers/promises";
import { CannotFinish } from "./cannot-finish.ts";
import { Refused, type Client } from "./client.ts";

interface Freshness {
  level: boolean;
  services: { service: string; unpublished: number | null; lag: number | null; parked: number | null }[];
}

const PAUSE_MS = 250;

/**
 * Waits until every service has heard of everything: two level answers in a row.
 *
 * @param patience milliseconds
 * @returns what a person should know: events that were parked, or that nobody may ask
 * @throws CannotFinish when they are not level in time
 */
export async function untilLevel(client: Client, patience: number): Promise<string[]> {
  const end = Date.now() + patience;
  for (let level = 0; ; await wait(PAUSE_MS)) {
    const now = await client.get<Freshness>("/v1/freshness").catch((error: unknown) => {
      if (error instanceof Refused && error.status === 403) return undefined;
      throw error;
    });
    if (!now)
      return ["You may not ask whether the numbers of analytics are level with this run (operations.bus.read)."];
    level = now.level ? level + 1 : 0;
    if (level === 2)
      return now.services.flatMap(({ service, parked }) =>
        parked ? [`${service} has ${parked} parked events: see npm run dead-letters.`] : [],
      );
    if (Date.now() > end) {
      const behind = now.services.filter(({ unpublished, lag }) => unpublished !== 0 || lag !== 0);
      throw new CannotFinish(
        `Not level in time: ${behind.map(({ service, unpublished, lag }) => `${service} (unpublished ${unpublished}, lag ${lag})`).join(", ")}.`,
      );
    }
  }
}

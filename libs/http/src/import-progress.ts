import { setTimeout as wait } from "node:timers/promises";
import type { ImportView } from "@kehu/records";

const POLL_MS = 500;
/** Nothing on the way takes a connection for dead on which something comes so often. */
const HEARTBEAT_MS = 5_000;
/** Then the client connects again, by itself, and his rights are looked at again. */
const LONGEST_MS = 60_000;

const RESTING: readonly ImportView["status"][] = ["profiled", "completed", "failed", "rolled_back"];

/**
 * How far an import is, as server-sent events: one each time that something has changed, until it rests.
 *
 * @param look the import as it is now
 */
export async function* importProgress(look: () => Promise<ImportView>): AsyncGenerator<string> {
  const end = performance.now() + LONGEST_MS;
  let told = "";
  let toldAt = 0;
  while (performance.now() < end) {
    const { status, rows, created, updated, skipped, failed, rolledBack, kept, changedAt } = await look();
    const state = JSON.stringify({ status, rows, created, updated, skipped, failed, rolledBack, kept, changedAt });
    if (state !== told || performance.now() - toldAt > HEARTBEAT_MS) {
      yield state === told ? ":\n\n" : `event: progress\ndata: ${state}\n\n`;
      toldAt = performance.now();
    }
    told = state;
    if (RESTING.includes(status)) return;
    await wait(POLL_MS);
  }
}

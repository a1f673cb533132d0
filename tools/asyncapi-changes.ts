import type { EventContract } from "@kehu/contracts";
import { breakingChanges, type Schema } from "./schema-changes.ts";

/** What the last release promised of one event type. */
export interface ReleasedEvent {
  topic: string;
  version: number;
  data: Schema;
}

export type ReleasedEvents = Readonly<Record<string, ReleasedEvent>>;

/** What a release keeps of the contracts. */
export const released = (events: Readonly<Record<string, EventContract>>): ReleasedEvents =>
  JSON.parse(
    JSON.stringify(events, (key, value: unknown) => (key === "example" || key === "concept" ? undefined : value)),
  ) as ReleasedEvents;

/**
 * Changes of the event contracts since the last release that break a consumer.
 *
 * @returns one line per break: type, path and what happened to it
 */
export function breakingEvents(before: ReleasedEvents, now: ReleasedEvents): string[] {
  return Object.entries(before).flatMap(([type, old]) => {
    const contract = now[type];
    if (!contract) return [`${type}: removed`];
    if (contract.topic !== old.topic) return [`${type}: moved from ${old.topic} to ${contract.topic}`];
    if (contract.version < old.version) return [`${type}: version ${contract.version} after ${old.version}`];
    if (contract.version > old.version) return [];
    return breakingChanges(old.data, contract.data, "event").map(
      (change) => `${type}: data.${change} (raise its version, or only add)`,
    );
  });
}

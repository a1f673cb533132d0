import type { DomainEvent } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { appendToOutbox } from "@kehu/messaging";

/** Puts events on the real bus, as the service that owns their records would: through an outbox and its relay. */
export function publish(database: Database, events: readonly DomainEvent[]): Promise<void> {
  const actor = { actorType: "system", actorId: "test", sessionId: null, origin: "api", requestId: "test" } as const;
  return database.transaction((tx) => appendToOutbox(tx, events, actor));
}

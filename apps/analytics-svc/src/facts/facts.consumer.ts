import { EVENTS, type AnyEnvelope, type EventOf, type EventType } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";
import { applyFacts, currentProjection } from "./facts.ts";

const ALL = Object.keys(EVENTS) as EventType[];

/** Keeps every event, and the facts that the metrics are made of. */
@Controller()
export class FactsConsumer {
  @OnEvent(ALL, "facts")
  async apply(events: EventOf<EventType>[], { tx }: EventContext): Promise<void> {
    const envelopes = events as unknown as AnyEnvelope[];
    await storeEvents(tx, envelopes);
    const { live, building } = await currentProjection(tx);
    await applyFacts(tx, live, envelopes);
    if (building) await applyFacts(tx, building, envelopes);
  }
}

async function storeEvents(tx: Tx, events: readonly AnyEnvelope[]): Promise<void> {
  const rows = events.map((event) => ({
    event_id: event.id,
    type: event.type,
    subject: event.subject,
    version: event.aggregateversion,
    time: event.time,
    event,
  }));
  await tx.query(
    `INSERT INTO event_store (event_id, type, subject, version, time, event)
     SELECT event_id, type, subject, version, time, event FROM json_populate_recordset(NULL::event_store, $1)`,
    [JSON.stringify(rows)],
  );
}

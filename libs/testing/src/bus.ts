import { EVENTS, type EventType, type Origin } from "@kehu/contracts";
import { randomUUID } from "node:crypto";
import type { TestDatabase } from "./postgres.ts";

/**
 * Puts an event on the Postgres log, as another service's relay would.
 *
 * @param type any event type; its data are the contract's example
 * @param state what differs from the example in the state of the record; `id` is the subject
 * @param version version of the record
 * @param id the event's id; the same one twice is a repetition
 * @param further what this fact adds to the state, where it differs from the example, and who or what set it off
 */
export async function publish(
  database: TestDatabase,
  type: EventType,
  state: { id: string; [property: string]: unknown },
  version = 1,
  id: string = randomUUID(),
  further: { facts?: object; origin?: Origin } = {},
): Promise<void> {
  const { topic, version: schema, concept, example } = EVENTS[type];
  const data = example as unknown as Record<string, object>;
  const told = concept in data ? { [concept]: { ...data[concept], ...state } } : {};
  const envelope = {
    specversion: "1.0",
    id,
    source: `urn:kehu:${topic.split(".")[1]}`,
    type,
    time: "2026-01-02T03:04:05.000Z",
    subject: state.id,
    datacontenttype: "application/json",
    dataschema: `urn:kehu:schema:${type}:${schema}`,
    aggregateversion: version,
    actortype: "system",
    actorid: "test",
    origin: further.origin ?? "system",
    correlationid: randomUUID(),
    data: { ...data, ...further.facts, ...told },
  };
  await database.admin.query(
    `WITH given AS (
       INSERT INTO bus.topic AS known (name, next_offset) VALUES ($1, 2)
       ON CONFLICT (name) DO UPDATE SET next_offset = known.next_offset + 1 RETURNING next_offset - 1 AS place)
     INSERT INTO bus.log (topic, "offset", key, value) SELECT $1, place, $2, $3 FROM given`,
    [topic, state.id, JSON.stringify(envelope)],
  );
  await database.admin.query("SELECT pg_notify('kehu.bus', $1)", [topic]);
}

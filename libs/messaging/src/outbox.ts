import { randomFillSync } from "node:crypto";
import { EventEmitter } from "node:events";
import {
  EVENTS,
  mapPersonal,
  RuleViolation,
  type Actor,
  type AnyEnvelope,
  type DomainEvent,
  type EventType,
} from "@kehu/contracts";
import { rowset, type Tx } from "@kehu/database";
import { v7 as uuidv7 } from "uuid";
import { contractOf } from "./contract.ts";
import { LARGEST_SENT } from "./received.ts";

const COLUMNS = { event_id: "uuid", topic: "text", key: "text", type: "text", payload: "text", n: "integer" };

const commits = new EventEmitter().setMaxListeners(0);

/** Area of a topic: `customer` of `kehu.customer.account`. */
function areaOf(topic: string): string {
  return topic.split(".")[1] ?? "";
}

/** The topics of an area. */
export function topicsOf(area: string): string[] {
  const topics = Object.values(EVENTS).map((contract) => contract.topic);
  return [...new Set(topics)].filter((topic) => areaOf(topic) === area);
}

/** Has `listener` called after each commit, in this process, of a transaction that appended events of the area. @returns how to end it */
export function onAppended(area: string, listener: () => void): () => void {
  commits.on(area, listener);
  return () => void commits.off(area, listener);
}

const pool = new Uint8Array(16 * 256);
let used = pool.length;

/** Random bytes of one id. By itself uuid asks the kernel for each, which takes ten times as long. */
function randomBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.subarray(used, (used += 16));
}

/** The message of an event: CloudEvents 1.0 in JSON. */
function envelopeOf(event: DomainEvent, area: string, version: number, actor: Actor): AnyEnvelope {
  return {
    specversion: "1.0",
    id: uuidv7({ rng: randomBytes }),
    source: `urn:kehu:${area}`,
    type: event.type,
    time: event.time.toISOString(),
    subject: event.subject,
    datacontenttype: "application/json",
    dataschema: `urn:kehu:schema:${event.type}:${version}`,
    aggregateversion: event.version,
    actortype: actor.actorType,
    actorid: actor.actorId,
    sessionid: actor.sessionId ?? undefined,
    origin: actor.origin,
    correlationid: actor.requestId,
    causationid: actor.causationId,
    data: sealed(event),
  };
}

/** What the schema marks as personal is encrypted, where the event is about a person. */
function sealed({ type, data, seal }: DomainEvent): DomainEvent["data"] {
  return seal ? mapPersonal(type as EventType, data, seal) : data;
}

/** What these tell of adds next to nothing to a record. */
const NEVER_REFUSED = [".snapshot", ".deleted", ".restored", ".owner-changed", ".erased", ".purged"];

/**
 * Refuses an event of a record that people let outgrow the bus. What the event tells is counted, not the message around it.
 * A record that was larger before there was this limit may be told of, handed over, deleted, restored and erased, and be
 * changed while it does not grow. Nor is refused what Kehu does by itself: the work would stand still at the record.
 */
function mustFit(payload: string, event: DomainEvent, { data }: AnyEnvelope, { actorType }: Actor): void {
  if (actorType === "system" || bytesOf(payload) <= LARGEST_SENT) return;
  if (bytesOf(JSON.stringify(data)) <= LARGEST_SENT) return;
  if (NEVER_REFUSED.some((end) => event.type.endsWith(end)) || !hasGrown(event)) return;
  const detail = `The record would be too large, not what you sent: all its values together take at most ${LARGEST_SENT / 1024} KB. Shorten or empty some of its long texts.`;
  throw new RuleViolation("record.too-large", detail);
}

/** Both states are compared as they are before personal values are encrypted. */
function hasGrown({ type, data, before }: DomainEvent): boolean {
  const after = data[EVENTS[type as EventType].concept];
  return !before || bytesOf(JSON.stringify(after)) > bytesOf(JSON.stringify(before));
}

const bytesOf = (text: string) => Buffer.byteLength(text);

/**
 * Appends events to the outbox of this service, in their order, with one statement; the relay is woken after the
 * commit. Call it after the rows of the records are locked: that is what keeps the order per record.
 *
 * @throws Error for an event that is not in `EVENTS` or does not fit its schema: better refused here than parked by
 *   every consumer
 * @throws RuleViolation `record.too-large`
 */
export async function appendToOutbox(tx: Tx, events: readonly DomainEvent[], actor: Actor): Promise<void> {
  if (events.length === 0) return;
  const values: unknown[] = [];
  await tx.query(
    insertIntoOutbox(tx, events, actor, (value) => `$${values.push(value)}`),
    values,
  );
}

/**
 * The same as a part of a larger statement, with the same errors; `tx` is the transaction that will run it.
 *
 * @param bind takes a value of that statement and returns its placeholder
 * @returns an INSERT
 */
export function insertIntoOutbox(
  tx: Tx,
  events: readonly DomainEvent[],
  actor: Actor,
  bind: (value: unknown) => string,
): string {
  const rows = events.map((event, n) => {
    const { topic, version, check } = contractOf(event.type);
    const envelope = envelopeOf(event, areaOf(topic), version, actor);
    const misfits = check(envelope);
    if (misfits) throw new Error(`${event.type} of ${event.subject} does not fit its schema: ${misfits}`);
    const payload = JSON.stringify(envelope);
    mustFit(payload, event, envelope, actor);
    return { event_id: envelope.id, topic, key: event.subject, type: event.type, payload, n };
  });
  tx.afterCommit(() => new Set(rows.map(({ topic }) => areaOf(topic))).forEach((area) => commits.emit(area)));
  const order = rows.length > 1 ? " ORDER BY n" : "";
  return `INSERT INTO outbox (event_id, topic, key, type, payload)
    SELECT event_id, topic, key, type, payload FROM ${rowset(COLUMNS, rows, bind)}${order}`;
}

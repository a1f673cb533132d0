import type { EventOf, EventType } from "@kehu/contracts";
import { parse } from "secure-json-parse";
import { contractOf, isKnown } from "./contract.ts";
import type { IncomingMessage } from "./transport.ts";

export type AnyEvent = EventOf<EventType>;

/** Larger ones are refused; Kafka's brokers take no larger ones either, unless they are told to. In bytes. */
const LARGEST_VALUE = 1024 * 1024;

/**
 * What an event may tell (`data`), in bytes. What is left up to `LARGEST_VALUE` is for the attributes around it, for what a
 * broker adds, and for what Kehu itself goes on to change in a record that people have filled to the brim.
 */
export const LARGEST_SENT = 900 * 1024;

/** A message after a look at it. It holds an event that may be handed to a handler, or says what is wrong with it. */
export interface Received {
  topic: string;
  position: string;
  /** Record id; empty where the message came without. */
  key: string;
  payload: string;
  /** Null where the message does not say. */
  type: string | null;
  event: AnyEvent | null;
  /** `event.<what is wrong>: where`, null for a sound message. */
  defect: string | null;
}

/** Begins the defect of an event whose schema is newer than ours: it waits for the upgrade of this service. */
export const NEWER_VERSION = "event.newer-version";

const SCHEMA = /^urn:kehu:schema:[a-z.-]+:(\d{1,9})$/;

/**
 * Looks at a message of the bus. Never throws, whatever it is given.
 *
 * @returns null for a type that this version does not know: such events are skipped
 */
export function receive(topic: string, { position, key, value }: IncomingMessage): Received | null {
  const received: Received = {
    topic,
    position,
    key: key ?? "",
    payload: value ?? "",
    type: null,
    event: null,
    defect: null,
  };
  const defective = (defect: string): Received => ({ ...received, defect });
  if (value === null) return defective("event.empty: the message has no value");
  if (Buffer.byteLength(value) > LARGEST_VALUE) return defective("event.too-large: more than 1 MiB");
  let message: Partial<AnyEvent> | null;
  try {
    message = parse(value, { protoAction: "error", constructorAction: "error" }) as Partial<AnyEvent> | null;
  } catch {
    return defective("event.not-json: the value cannot be read, or holds __proto__ or constructor");
  }
  const type: unknown = message?.type;
  if (typeof type !== "string") return defective("event.schema: /type must be string");
  received.type = type;
  if (!isKnown(type)) return null;
  const contract = contractOf(type);
  if (contract.topic !== topic) return defective(`event.wrong-topic: ${type} belongs on ${contract.topic}`);
  const version = Number(SCHEMA.exec(String(message?.dataschema))?.[1]);
  if (version > contract.version) return defective(`${NEWER_VERSION}: ${version}, known is ${contract.version}`);
  const misfits = contract.check(message);
  if (misfits) return defective(`event.schema: ${misfits}`);
  if (message?.subject !== key) return defective("event.wrong-key: the key is not the subject");
  return { ...received, event: message as AnyEvent };
}

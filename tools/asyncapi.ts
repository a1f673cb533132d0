import { AnyEnvelope, type EventContract } from "@kehu/contracts";
import type { Schema } from "./schema-changes.ts";

type Contracts = Readonly<Record<string, EventContract>>;

const DESCRIPTION = `Every fact that Kehu publishes. A message is one JSON object with CloudEvents 1.0 attributes; its key is
the id of the record, so that the facts of one record arrive in order. Apply what is newer (aggregateversion) than what
you have and ignore the rest; skip types that you do not know. A fact may arrive more than once.`;

/** The AsyncAPI 3 document of the events: a channel per topic, a message per type. */
export function asyncApi(events: Contracts, version: string): object {
  const entries = Object.entries(events).sort(([a], [b]) => a.localeCompare(b));
  const topics = [...new Set(entries.map(([, { topic }]) => topic))].sort();
  const ofTopic = (topic: string) => entries.filter(([, contract]) => contract.topic === topic);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Kehu events",
      version,
      description: DESCRIPTION.replaceAll("\n", " "),
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    defaultContentType: "application/json",
    channels: Object.fromEntries(topics.map((topic) => [topic, channel(topic, ofTopic(topic))])),
    operations: Object.fromEntries(
      topics.map((topic) => [`publish.${topic}`, { action: "send", channel: { $ref: `#/channels/${topic}` } }]),
    ),
    components: {
      messages: Object.fromEntries(entries.map(([type, contract]) => [type, message(type, contract)])),
      schemas: {
        envelope: plain(AnyEnvelope),
        ...Object.fromEntries(topics.map((topic) => [topic, stateOf(ofTopic(topic)[0]![1])])),
      },
    },
  };
}

function channel(topic: string, entries: [string, EventContract][]): object {
  return {
    address: topic,
    messages: Object.fromEntries(entries.map(([type]) => [type, { $ref: `#/components/messages/${type}` }])),
    bindings: { kafka: { partitions: 12, bindingVersion: "0.5.0" } },
  };
}

function message(type: string, contract: EventContract): object {
  const { topic, version, concept, example } = contract;
  const source = `urn:kehu:${topic.split(".")[1]}`;
  const dataschema = `urn:kehu:schema:${type}:${version}`;
  const data = plain(contract.data);
  const isPurge = !(concept in data.properties!);
  const state = isPurge ? {} : { [concept]: { $ref: `#/components/schemas/${topic}` } };
  const attributes = {
    source: { const: source },
    type: { const: type },
    dataschema: { const: dataschema },
    data: { ...data, properties: { ...data.properties, ...state } },
  };
  return {
    name: type,
    title: type,
    payload: { allOf: [{ $ref: "#/components/schemas/envelope" }, { type: "object", properties: attributes }] },
    bindings: { kafka: { key: { type: "string", format: "uuid" }, bindingVersion: "0.5.0" } },
    examples: [{ name: type, payload: exampleOf(type, source, dataschema, concept, example) }],
  };
}

function exampleOf(type: string, source: string, dataschema: string, concept: string, data: unknown): object {
  const state = (data as Record<string, { id: string } | undefined>)[concept];
  return {
    specversion: "1.0",
    id: "0199c1a0-0000-7000-8000-0000000000e1",
    source,
    type,
    time: "2026-01-02T03:04:05.000Z",
    subject: state?.id ?? "0199c1a0-0000-7000-8000-000000000001",
    datacontenttype: "application/json",
    dataschema,
    aggregateversion: 1,
    actortype: "user",
    actorid: "0199c1a0-0000-7000-8000-00000000000a",
    origin: "api",
    correlationid: "0199c1a0-0000-7000-8000-0000000000c1",
    data,
  };
}

/** The schema as JSON, without what the schema library keeps beside it. */
const plain = (schema: object) => JSON.parse(JSON.stringify(schema)) as Schema;

const stateOf = (contract: EventContract): Schema => plain(contract.data).properties![contract.concept]!;

import { EVENTS, type EventContract } from "@kehu/contracts";
import { breakingEvents, released, type ReleasedEvent } from "./asyncapi-changes.ts";
import { asyncApi } from "./asyncapi.ts";

describe("breakingEvents", () => {
  const before = released(EVENTS);
  const type = "customer.account.created";
  const changed = (change: (event: ReleasedEvent) => void) => {
    const now = structuredClone(before);
    change(now[type]!);
    return breakingEvents(before, now);
  };
  const state = ({ data }: ReleasedEvent) => data.properties!["account"]!;

  it("finds nothing where nothing changed", () => {
    expect(changed(() => undefined)).toEqual([]);
  });

  it("names type and path of a removed field", () => {
    expect(changed((event) => delete state(event).properties!["name"])).toEqual([
      expect.stringContaining("customer.account.created: data.account.name: removed"),
    ]);
  });

  it("names a word that is gone from a vocabulary", () => {
    expect(changed((event) => state(event).properties!["type"]!.anyOf![0]!.enum!.pop())).toEqual([
      expect.stringContaining("data.account.type: no longer knows competitor"),
    ]);
  });

  it("lets a raised version change anything", () => {
    expect(
      changed((event) => {
        event.version += 1;
        event.data = {};
      }),
    ).toEqual([]);
  });

  it("refuses a type that is gone, another topic and a lowered version", () => {
    const rest = Object.entries(before).filter(([name]) => name !== type);
    expect(breakingEvents(before, Object.fromEntries(rest))).toEqual(["customer.account.created: removed"]);
    expect(changed((event) => (event.topic = "kehu.customer.company"))).toHaveLength(1);
    expect(changed((event) => (event.version = 0))).toHaveLength(1);
  });
});

describe("asyncApi", () => {
  const document = asyncApi(EVENTS, "0.0.0") as {
    channels: Record<string, { messages: object }>;
    components: { messages: Record<string, { payload: object; examples: object[] }>; schemas: Record<string, object> };
  };

  it("has a message for every event type, in the channel of its topic", () => {
    expect(Object.keys(document.components.messages).sort()).toEqual(Object.keys(EVENTS).sort());
    for (const [type, { topic }] of Object.entries(EVENTS)) {
      expect(Object.keys(document.channels[topic]!.messages)).toContain(type);
    }
  });

  it("tells nothing of what was purged, and that it is of every record that can be restored", () => {
    const told = (verb: string) => Object.entries(EVENTS).filter(([type]) => type.endsWith(verb));
    for (const [, { data }] of told(".purged"))
      expect(Object.keys((JSON.parse(JSON.stringify(data)) as { properties: object }).properties)).toEqual(["changed"]);
    const concepts = (verb: string) => told(verb).map(([type]) => type.slice(0, type.lastIndexOf(".")));
    const restored = concepts(".restored").filter((concept) => !/^identity\.|\.field$/.test(concept));
    expect(concepts(".purged").sort()).toEqual(restored.sort());
  });

  it("shares one state among the messages of a topic, as the contracts do", () => {
    for (const [type, { topic, concept, data }] of Object.entries(EVENTS) as [string, EventContract][]) {
      if (type.endsWith(".purged")) continue;
      const { properties } = JSON.parse(JSON.stringify(data)) as { properties: Record<string, object> };
      expect(document.components.schemas[topic]).toEqual(properties[concept]);
    }
  });
});

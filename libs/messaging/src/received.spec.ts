import { EVENTS } from "@kehu/contracts";
import { NEWER_VERSION, receive } from "./received.ts";

const TOPIC = "kehu.customer.account";
const ID = "0199c1a0-0000-7000-8000-000000000001";

function message(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    specversion: "1.0",
    id: "0199c1a0-0000-7000-8000-0000000000e1",
    source: "urn:kehu:customer",
    type: "customer.account.updated",
    time: "2026-01-02T03:04:05.000Z",
    subject: ID,
    datacontenttype: "application/json",
    dataschema: "urn:kehu:schema:customer.account.updated:1",
    aggregateversion: 2,
    actortype: "user",
    actorid: "someone",
    origin: "api",
    correlationid: "request",
    data: EVENTS["customer.account.updated"].example,
    ...changes,
  });
}

function look(value: string | null, key: string | null = ID) {
  return receive(TOPIC, { position: `${TOPIC}/0/1`, key, value });
}

describe("receive", () => {
  it("hands out an event that fits its schema", () => {
    const received = look(message());
    expect(received).toMatchObject({ key: ID, type: "customer.account.updated", defect: null });
    expect(received?.event?.data).toEqual(EVENTS["customer.account.updated"].example);
  });

  it("takes an event with attributes and fields that this version does not know", () => {
    const example = EVENTS["customer.account.updated"].example;
    const data = { ...example, account: { ...example["account"], mood: "good" }, later: 1 };
    expect(look(message({ traceparent: "00-1", data }))?.defect).toBeNull();
  });

  it("skips a type that this version does not know, whatever else is in it", () => {
    expect(look(message({ type: "customer.account.praised", data: 1 }))).toBeNull();
    expect(look(message({ type: "toString" }))).toBeNull();
  });

  it("says that an event is of a newer schema before it looks at the data", () => {
    const received = look(message({ dataschema: "urn:kehu:schema:customer.account.updated:2", data: {} }));
    expect(received?.defect).toMatch(new RegExp(`^${NEWER_VERSION}: 2, known is 1`));
  });

  it("names the place of a misfit and not the value", () => {
    const received = look(message({ data: { changed: [], account: { secret: "4711" } } }));
    expect(received?.defect).toMatch(/^event\.schema: .*\/data\/account/);
    expect(received?.defect).not.toContain("4711");
  });
});

import { Value } from "typebox/value";
import { EVENTS } from "./events.ts";

describe("EVENTS", () => {
  it.each(Object.entries(EVENTS))("%s has an example that satisfies its schema", (_type, contract) => {
    expect([...Value.Errors(contract.data, contract.example)]).toEqual([]);
  });

  it("refer to other records by id alone", () => {
    const names = Object.entries(EVENTS).flatMap(([type, { data }]) => {
      const properties = propertiesIn(data);
      const beside = properties.filter((one) => one.endsWith("Id")).map((one) => one.replace(/Id$/, "Name"));
      return properties.filter((one) => beside.includes(one)).map((one) => `${type}: ${one}`);
    });
    expect(names).toEqual([]);
  });
});

/** Names of all properties of a schema, at any depth. */
function propertiesIn(schema: object): string[] {
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value !== "object" || value === null) return [];
    return [...(key === "properties" ? Object.keys(value) : []), ...propertiesIn(value)];
  });
}

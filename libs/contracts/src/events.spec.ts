import { Value } from "typebox/value";
import { EVENTS } from "./events.ts";

describe("EVENTS", () => {
  it.each(Object.entries(EVENTS))("%s has an example that satisfies its schema", (_type, contract) => {
    expect([...Value.Errors(contract.data, contract.example)]).toEqual([]);
  });
});

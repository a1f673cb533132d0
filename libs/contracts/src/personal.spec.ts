import { EVENTS, type EventType } from "./events.ts";
import { mapPersonal } from "./personal.ts";

const pathsOf = (type: EventType, data: unknown = EVENTS[type].example) => {
  const paths: string[] = [];
  mapPersonal(type, data, (value, path) => (paths.push(path), value));
  return paths;
};

describe("mapPersonal", () => {
  it("finds what the schema marks, at any depth, and nothing else", () => {
    expect(pathsOf("customer.contact.created")).toEqual([
      "contact.custom",
      "contact.firstName",
      "contact.lastName",
      "contact.contactPoints.0.value",
    ]);
    expect(pathsOf("sales.opportunity.created")).toEqual([]);
  });

  it("finds it in what a fact adds to the record", () => {
    const { example } = EVENTS["sales.lead.converted"];
    const contact = { firstName: null, lastName: "王", email: "a@b.example", phone: null };
    expect(pathsOf("sales.lead.converted", { ...example, contact })).toEqual([
      "lead.custom",
      "lead.firstName",
      "lead.lastName",
      "lead.email",
      "lead.phone",
      "contact.lastName",
      "contact.email",
    ]);
  });

  it("leaves the data as they were, and shares what it does not change", () => {
    const data = EVENTS["customer.contact.created"].example as { contact: Record<string, unknown> };
    const before = structuredClone(data);
    const copy = mapPersonal("customer.contact.created", data, () => ({ enc: "x" }));
    expect(data).toEqual(before);
    expect(copy.contact).toMatchObject({
      lastName: { enc: "x" },
      contactPoints: [{ kind: "email", value: { enc: "x" } }],
    });
    expect(copy.contact["externalIds"]).toBe(data.contact["externalIds"]);
    const sharing = mapPersonal("sales.opportunity.created", data, () => "changed");
    expect(sharing).toBe(data);
  });
});

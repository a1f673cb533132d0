import { RecordDto } from "./dto.ts";
import { type FieldMap, type ReferenceTarget } from "./field.ts";
import { links, ownedFields, reference } from "./fields.ts";
import { OwnedEntity } from "./owned.entity.ts";
import { resource, type EntityClass, type Resource } from "./resource.ts";

class Note extends (OwnedEntity as unknown as new () => object) {}

const targetOf = (type: string): ReferenceTarget => ({
  type,
  table: type,
  name: "name",
  permission: null,
  copy: false,
});
const notes = (fields: FieldMap, more: Partial<Resource> = {}) =>
  resource({
    name: "notes",
    type: "note",
    concept: "customer.note",
    snapshot: "customer.task.snapshot",
    table: "note",
    entity: Note as unknown as EntityClass<OwnedEntity>,
    permissions: { read: "customer.task.read", write: "customer.task.write", import: "customer.task.import" },
    fields: ownedFields(fields),
    dto: { create: RecordDto, update: RecordDto, import: RecordDto },
    ...more,
  });

describe("resource", () => {
  it.each<[string, FieldMap]>([
    ["a contact", { contactId: reference("Contact", "联系人", targetOf("contact")) }],
    ["a lead in a list of links", { links: links("Links", "关联", { lead: targetOf("lead") }) }],
  ])("that refers to %s says which of its records name a person", (_what, fields) => {
    expect(() => notes(fields)).toThrow("customer.note refers to contacts or leads");
    expect(() => notes(fields, { naming: () => "SELECT id FROM note" })).not.toThrow();
    expect(() => notes(fields, { person: { id: "personId" } })).not.toThrow();
  });

  it("that refers to no person need not", () => {
    expect(() => notes({ accountId: reference("Account", "客户", targetOf("account")) })).not.toThrow();
  });
});

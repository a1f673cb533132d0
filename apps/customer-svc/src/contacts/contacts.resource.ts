import { CONTACT_POINT_KINDS } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import {
  ADDRESS_PARTS,
  email,
  id,
  json,
  ownedFields,
  phone,
  readSettings,
  reference,
  resource,
  text,
  type ReferenceTarget,
} from "@kehu/records";
import { ACCOUNT } from "../accounts/accounts.resource.ts";
import { CreateContact, ImportContact, UpdateContact } from "./contact.dto.ts";
import { Contact } from "./contact.entity.ts";
import { withKinds, type GivenPoint, type KeptPoint } from "./contact-points.ts";

/** How other records of this service refer to a contact. */
export const CONTACT: ReferenceTarget = {
  type: "contact",
  table: "contact",
  name: "name",
  permission: "customer.contact.read",
  copy: false,
};

const POINTS_SCHEMA = {
  type: "array",
  items: {
    type: "object",
    required: ["kind", "value", "primary"],
    properties: {
      kind: { type: "string", enum: CONTACT_POINT_KINDS },
      value: { type: "string" },
      primary: { type: "boolean" },
    },
  },
};

export const CONTACTS = resource<Contact>({
  name: "contacts",
  type: "contact",
  concept: "customer.contact",
  snapshot: "customer.contact.snapshot",
  purged: "customer.contact.purged",
  updated: "customer.contact.updated",
  table: "contact",
  entity: Contact,
  permissions: {
    read: "customer.contact.read",
    write: "customer.contact.write",
    import: "customer.contact.import",
    export: "customer.contact.export",
  },
  fields: ownedFields({
    firstName: text("First name", "名", { personName: true }),
    lastName: text("Last name", "姓", { required: true, personName: true }),
    title: text("Title", "职务"),
    accountId: reference("Account", "客户", ACCOUNT),
    source: text("Source", "来源", { vocabulary: "leadSource" }),
    contactPoints: json("Contact points", "联系方式", POINTS_SCHEMA, {
      personal: true,
      neverNull: true,
      withKinds: (stored, given, country) => withKinds(stored as KeptPoint[], given as GivenPoint[], country as string),
    }),
    email: email({ shown: false, partOf: ["contactPoints"] }),
    phone: phone({ shown: false, partOf: ["contactPoints"] }),
    ...ADDRESS_PARTS,
    personId: id("Person", "个人", { neverNull: true }),
  }),
  person: {
    id: "personId",
    reach: (contact) => ({ emails: contact.valuesOf("email"), phones: contact.valuesOf("phone") }),
  },
  keywords: [["firstName", "lastName"]],
  withIt: ["tasks"],
  dto: { create: CreateContact, update: UpdateContact, import: ImportContact },
  context: countryOfPhones,
});

/** The country as whose numbers phones are read; asked for only where there are any. */
async function countryOfPhones(tx: Tx, items: readonly Partial<CreateContact>[]): Promise<string> {
  const phones = items.some(({ contactPoints }) => contactPoints?.some(({ kind }) => kind === "phone"));
  return phones ? (await readSettings(tx)).country : "";
}

import { Type, type Static } from "typebox";
import { concept, nullable, oneOf, RecordState } from "./event.ts";

/** What the values of a field that a company adds are. */
export const CUSTOM_TYPES = [
  "text",
  "longText",
  "number",
  "money",
  "date",
  "time",
  "instant",
  "choice",
  "choices",
  "boolean",
  "reference",
  "user",
  "link",
] as const;
export type CustomType = (typeof CUSTOM_TYPES)[number];

export const Label = Type.Object({ en: Type.String(), zh: Type.String() });

/** One value of a choice; a retired one is not chosen any more, and stays where it was chosen. */
export const CustomChoice = Type.Object({
  value: Type.String(),
  label: Label,
  /** `#rrggbb` */
  color: nullable(Type.String()),
  retired: Type.Boolean(),
});
export type CustomChoice = Static<typeof CustomChoice>;

/** A field that the company has added to a resource. It is deleted when it is retired; its values stay. */
export const CustomFieldState = Type.Object({
  ...RecordState,
  /** Name of the resource: `accounts`. */
  resource: Type.String(),
  /** Its property below `custom`. */
  name: Type.String(),
  type: oneOf(CUSTOM_TYPES),
  label: Label,
  required: Type.Boolean(),
  filterable: Type.Boolean(),
  sortable: Type.Boolean(),
  choices: nullable(Type.Array(CustomChoice)),
  /** Name of the vocabulary whose values it has in place of choices of its own; older events do not say it. */
  vocabulary: Type.Optional(nullable(Type.String())),
  /** Type of the records to which it refers. */
  target: nullable(Type.String()),
});
export type CustomFieldState = Static<typeof CustomFieldState>;

const EXAMPLE: CustomFieldState = {
  id: "0199c1a0-0000-7000-8000-0000000000f1",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  resource: "accounts",
  name: "region",
  type: "choice",
  label: { en: "Region", zh: "区域" },
  required: false,
  filterable: true,
  sortable: true,
  choices: [{ value: "east", label: { en: "East", zh: "华东" }, color: "#2f6fde", retired: false }],
  vocabulary: null,
  target: null,
};

const customerField = concept("kehu.customer.field", "field", CustomFieldState, EXAMPLE);
const salesField = concept("kehu.sales.field", "field", CustomFieldState, EXAMPLE);
const serviceDeskField = concept("kehu.service-desk.field", "field", CustomFieldState, EXAMPLE);
const marketingField = concept("kehu.marketing.field", "field", CustomFieldState, EXAMPLE);

export const CUSTOM_FIELD_EVENTS = {
  "customer.field.created": customerField(),
  "customer.field.updated": customerField(),
  "customer.field.retired": customerField(),
  "customer.field.restored": customerField(),
  "customer.field.snapshot": customerField(),
  "sales.field.created": salesField(),
  "sales.field.updated": salesField(),
  "sales.field.retired": salesField(),
  "sales.field.restored": salesField(),
  "sales.field.snapshot": salesField(),
  "service-desk.field.created": serviceDeskField(),
  "service-desk.field.updated": serviceDeskField(),
  "service-desk.field.retired": serviceDeskField(),
  "service-desk.field.restored": serviceDeskField(),
  "service-desk.field.snapshot": serviceDeskField(),
  "marketing.field.created": marketingField(),
  "marketing.field.updated": marketingField(),
  "marketing.field.retired": marketingField(),
  "marketing.field.restored": marketingField(),
  "marketing.field.snapshot": marketingField(),
};

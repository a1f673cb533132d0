import { customFieldResource } from "@kehu/records";
import { Field } from "./field.entity.ts";

export const FIELDS = customFieldResource<Field>({
  concept: "customer.field",
  snapshot: "customer.field.snapshot",
  entity: Field,
  permissions: { read: "customer.field.read", write: "customer.field.write" },
});

import { customFieldResource } from "@kehu/records";
import { Field } from "./field.entity.ts";

export const FIELDS = customFieldResource<Field>({
  concept: "sales.field",
  snapshot: "sales.field.snapshot",
  entity: Field,
  permissions: { read: "sales.field.read", write: "sales.field.write" },
});

import { customFieldResource } from "@kehu/records";
import { Field } from "./field.entity.ts";

export const FIELDS = customFieldResource<Field>({
  concept: "marketing.field",
  snapshot: "marketing.field.snapshot",
  entity: Field,
  permissions: { read: "marketing.field.read", write: "marketing.field.write" },
});

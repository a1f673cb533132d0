import { customFieldResource } from "@kehu/records";
import { Field } from "./field.entity.ts";

export const FIELDS = customFieldResource<Field>({
  concept: "service-desk.field",
  snapshot: "service-desk.field.snapshot",
  entity: Field,
  permissions: { read: "service-desk.field.read", write: "service-desk.field.write" },
});

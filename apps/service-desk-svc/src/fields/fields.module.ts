import { CustomFieldsModule } from "@kehu/http";
import { TICKETS } from "../tickets/tickets.resource.ts";
import { FIELDS } from "./fields.resource.ts";

/** The resources to which a company adds fields of its own. */
export const FieldsModule = CustomFieldsModule.of(FIELDS, [TICKETS]);

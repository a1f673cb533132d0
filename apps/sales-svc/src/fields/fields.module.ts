import { CustomFieldsModule } from "@kehu/http";
import { LEADS } from "../leads/leads.resource.ts";
import { OPPORTUNITIES } from "../opportunities/opportunities.resource.ts";
import { FIELDS } from "./fields.resource.ts";

/** The resources to which a company adds fields of its own. */
export const FieldsModule = CustomFieldsModule.of(FIELDS, [LEADS, OPPORTUNITIES]);

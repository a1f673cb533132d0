import { CustomFieldsModule } from "@kehu/http";
import { CAMPAIGNS } from "../campaigns/campaigns.resource.ts";
import { MEMBERS } from "../members/members.resource.ts";
import { FIELDS } from "./fields.resource.ts";

/** The resources to which a company adds fields of its own. */
export const FieldsModule = CustomFieldsModule.of(FIELDS, [CAMPAIGNS, MEMBERS]);

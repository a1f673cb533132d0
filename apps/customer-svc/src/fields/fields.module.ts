import { CustomFieldsModule } from "@kehu/http";
import { ACCOUNTS } from "../accounts/accounts.resource.ts";
import { CONTACTS } from "../contacts/contacts.resource.ts";
import { INTERACTIONS } from "../interactions/interactions.resource.ts";
import { TASKS } from "../tasks/tasks.resource.ts";
import { FIELDS } from "./fields.resource.ts";

/** The resources to which a company adds fields of its own. */
export const FieldsModule = CustomFieldsModule.of(FIELDS, [ACCOUNTS, CONTACTS, INTERACTIONS, TASKS]);

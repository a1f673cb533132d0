import { ImportsModule as Imports } from "@kehu/http";
import { ACCOUNTS } from "../accounts/accounts.resource.ts";
import { CONTACTS } from "../contacts/contacts.resource.ts";
import { INTERACTIONS } from "../interactions/interactions.resource.ts";
import { TASKS } from "../tasks/tasks.resource.ts";

/** The resources into which files are imported. */
export const ImportsModule = Imports.of([ACCOUNTS, CONTACTS, INTERACTIONS, TASKS]);

import { ExportsModule as Exports } from "@kehu/http";
import { ACCOUNTS } from "../accounts/accounts.resource.ts";
import { CONTACTS } from "../contacts/contacts.resource.ts";
import { INTERACTIONS } from "../interactions/interactions.resource.ts";
import { TASKS } from "../tasks/tasks.resource.ts";

/** The resources whose lists can be taken out as files. */
export const ExportsModule = Exports.of(
  { completed: "customer.export.completed", downloaded: "customer.export.downloaded" },
  [ACCOUNTS, CONTACTS, INTERACTIONS, TASKS],
);

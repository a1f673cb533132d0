import { SavedViewsModule } from "@kehu/http";
import { ACCOUNTS } from "../accounts/accounts.resource.ts";
import { CONTACTS } from "../contacts/contacts.resource.ts";
import { INTERACTIONS } from "../interactions/interactions.resource.ts";
import { TASKS } from "../tasks/tasks.resource.ts";
import { VIEWS } from "./views.resource.ts";

/** The resources whose lists people save, and whose records they pin. */
export const ViewsModule = SavedViewsModule.of(VIEWS, "customer.view.share", [ACCOUNTS, CONTACTS, INTERACTIONS, TASKS]);

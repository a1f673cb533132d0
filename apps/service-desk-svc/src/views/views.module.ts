import { SavedViewsModule } from "@kehu/http";
import { TICKETS } from "../tickets/tickets.resource.ts";
import { QUEUES } from "../queues/queues.resource.ts";
import { VIEWS } from "./views.resource.ts";

/** The resources whose lists people save, and whose records they pin. */
export const ViewsModule = SavedViewsModule.of(VIEWS, "service-desk.view.share", [TICKETS, QUEUES]);

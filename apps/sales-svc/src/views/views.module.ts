import { SavedViewsModule } from "@kehu/http";
import { LEADS } from "../leads/leads.resource.ts";
import { OPPORTUNITIES } from "../opportunities/opportunities.resource.ts";
import { PIPELINES } from "../pipelines/pipelines.resource.ts";
import { VIEWS } from "./views.resource.ts";

/** The resources whose lists people save, and whose records they pin. */
export const ViewsModule = SavedViewsModule.of(VIEWS, "sales.view.share", [LEADS, OPPORTUNITIES, PIPELINES]);

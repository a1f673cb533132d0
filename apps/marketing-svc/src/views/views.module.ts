import { SavedViewsModule } from "@kehu/http";
import { CAMPAIGNS } from "../campaigns/campaigns.resource.ts";
import { MEMBERS } from "../members/members.resource.ts";
import { CONSENTS } from "../consents/consents.resource.ts";
import { SUPPRESSIONS } from "../suppressions/suppressions.resource.ts";
import { VIEWS } from "./views.resource.ts";

/** The resources whose lists people save, and whose records they pin. */
export const ViewsModule = SavedViewsModule.of(VIEWS, "marketing.view.share", [
  CAMPAIGNS,
  MEMBERS,
  CONSENTS,
  SUPPRESSIONS,
]);

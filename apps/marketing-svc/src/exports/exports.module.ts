import { ExportsModule as Exports } from "@kehu/http";
import { CAMPAIGNS } from "../campaigns/campaigns.resource.ts";
import { MEMBERS } from "../members/members.resource.ts";

/** The resources whose lists can be taken out as files. */
export const ExportsModule = Exports.of(
  { completed: "marketing.export.completed", downloaded: "marketing.export.downloaded" },
  [CAMPAIGNS, MEMBERS],
);

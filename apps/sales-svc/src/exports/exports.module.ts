import { ExportsModule as Exports } from "@kehu/http";
import { LEADS } from "../leads/leads.resource.ts";
import { OPPORTUNITIES } from "../opportunities/opportunities.resource.ts";

/** The resources whose lists can be taken out as files. */
export const ExportsModule = Exports.of(
  { completed: "sales.export.completed", downloaded: "sales.export.downloaded" },
  [LEADS, OPPORTUNITIES],
);

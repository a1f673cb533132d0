import { ExportsModule as Exports } from "@kehu/http";
import { TICKETS } from "../tickets/tickets.resource.ts";

/** The resources whose lists can be taken out as files. */
export const ExportsModule = Exports.of(
  { completed: "service-desk.export.completed", downloaded: "service-desk.export.downloaded" },
  [TICKETS],
);

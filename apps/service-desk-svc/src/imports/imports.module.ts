import { ImportsModule as Imports } from "@kehu/http";
import { TICKETS } from "../tickets/tickets.resource.ts";
import { QUEUES } from "../queues/queues.resource.ts";

/** The resources into which files are imported. */
export const ImportsModule = Imports.of([TICKETS, QUEUES]);

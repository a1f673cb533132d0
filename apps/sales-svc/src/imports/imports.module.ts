import { ImportsModule as Imports } from "@kehu/http";
import { LEADS } from "../leads/leads.resource.ts";
import { OPPORTUNITIES } from "../opportunities/opportunities.resource.ts";
import { PIPELINES } from "../pipelines/pipelines.resource.ts";

/** The resources into which files are imported. */
export const ImportsModule = Imports.of([LEADS, OPPORTUNITIES, PIPELINES]);

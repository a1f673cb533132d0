import { ImportsModule as Imports } from "@kehu/http";
import { CAMPAIGNS } from "../campaigns/campaigns.resource.ts";
import { MEMBERS } from "../members/members.resource.ts";
import { CONSENTS } from "../consents/consents.resource.ts";
import { SUPPRESSIONS } from "../suppressions/suppressions.resource.ts";

/** The resources into which files are imported. */
export const ImportsModule = Imports.of([CAMPAIGNS, MEMBERS, CONSENTS, SUPPRESSIONS]);

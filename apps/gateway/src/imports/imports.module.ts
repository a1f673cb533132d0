import { ImportsModule as Imports } from "@kehu/http";
import { USERS } from "../users/users.resource.ts";

/** The resources into which files are imported. */
export const ImportsModule = Imports.of([USERS]);

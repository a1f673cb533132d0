import { deeds } from "../deeds.ts";

deeds(120);

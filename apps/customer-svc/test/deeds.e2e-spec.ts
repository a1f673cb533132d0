import { deeds } from "./deeds.ts";

/** A tenth of what `npm run test:faults` does. */
deeds(12);

import { badFiles } from "./bad-files.ts";

/** Those of tens of megabytes take their time: `npm run test:faults` has them all. */
badFiles((what) => !/50 MB/.test(what));

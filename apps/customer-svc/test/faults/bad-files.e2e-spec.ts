import { badFiles } from "../bad-files.ts";

badFiles(() => true);

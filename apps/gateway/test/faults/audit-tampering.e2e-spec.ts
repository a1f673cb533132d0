import { tampering } from "../tampering.ts";

tampering(1_000);

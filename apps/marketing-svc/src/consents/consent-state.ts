import type { ConsentState } from "@kehu/contracts";

export type Consented = ConsentState["state"];

/** What may follow the latest entry of a person, channel and purpose; `unknown` is before the first. */
export const NEXT: Readonly<Record<Consented | "unknown", readonly Consented[]>> = {
  unknown: ["pending", "granted", "withdrawn"],
  pending: ["granted", "withdrawn"],
  granted: ["withdrawn", "expired"],
  withdrawn: ["pending"],
  expired: ["pending", "withdrawn"],
};

/** What an import may not say: it would raise consent without the person. */
export const RAISING: readonly Consented[] = ["pending", "granted"];

import type { Personal } from "@kehu/contracts";

/**
 * What an event says about a person.
 *
 * @throws Error for a value that is encrypted: the event waits until this service can read it
 */
export function readable(value: Personal): string {
  if (typeof value === "string") return value;
  throw new Error("The person's data in this event is encrypted.");
}

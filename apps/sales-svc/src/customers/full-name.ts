import type { Personal } from "@kehu/contracts";

/** The name of a person in one line; a part that only its key can read is left out. */
export function fullName(firstName: Personal | null, lastName: Personal): string {
  return [firstName, lastName].filter((part) => typeof part === "string").join(" ");
}

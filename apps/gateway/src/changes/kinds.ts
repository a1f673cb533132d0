import { PERMISSIONS, type Permission } from "@kehu/auth";
import { EVENTS, type EventType } from "@kehu/contracts";

/** A kind of record that can be followed. */
export interface Kind {
  /** Last part of its path: `accounts`. */
  name: string;
  /** Area and concept: `customer.account`. */
  concept: string;
  read: Permission;
}

/** `customer.account` of `customer.account.updated`, or of `customer.account.read`. */
export const conceptOf = (word: string): string => word.slice(0, word.lastIndexOf("."));

const told = new Set((Object.keys(EVENTS) as EventType[]).map(conceptOf));

/** Every kind of which events tell, by the names of the paths; a test holds these to the paths that there are. */
export const KINDS: readonly Kind[] = PERMISSIONS.filter(
  // What fields there are belongs to a resource, and has no path of its own.
  (permission) => /(?<!\.field)\.read$/.test(permission) && told.has(conceptOf(permission)),
).map((read) => ({ name: plural(read.split(".")[1]!), concept: conceptOf(read), read }));

export const KIND_NAMES: readonly string[] = KINDS.map(({ name }) => name).sort();

function plural(concept: string): string {
  if (concept.endsWith("s")) return concept;
  return concept.endsWith("y") && !/[aeiou]y$/.test(concept) ? `${concept.slice(0, -1)}ies` : `${concept}s`;
}

import type { Permission, RequestContext } from "@kehu/auth";
import type { FieldError } from "@kehu/contracts";

export const FORMAT = "kehu-configuration";
export const VERSION = 1;

/** The parts of the file, in the order in which they are applied: what comes later names what came before. */
export const SECTIONS = ["settings", "vocabularies", "fields", "pipelines", "queues", "roles", "views"] as const;
export type SectionName = (typeof SECTIONS)[number];

/** What of a thing is configuration, by the names of the file. */
export type Value = Readonly<Record<string, unknown>>;

/** One thing of the file: a role, a field. */
export interface Item {
  /** By which it is the same in every install: no id. */
  readonly key: string;
  readonly value: Value;
}

/** The same as this install has it. */
export interface Kept extends Item {
  readonly id: string;
  readonly version: number;
  /** Why the caller cannot change it, whatever he may do with others of its kind. */
  readonly fixed?: Fault;
}

/** Why something cannot be done. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/** What the file does not have, and why. */
export interface LeftOut {
  section: SectionName;
  /** Null for all of the section. */
  key: string | null;
  reason: string;
}

/** One change, made by one request to whom it belongs. */
export interface Step {
  readonly change: "create" | "update";
  readonly fields: readonly string[];
  readonly from: Value | null;
  readonly to: Value | null;
  /** It waits for all of the sections, as it takes away what they may name, or changes what they were compared with. */
  readonly isLast?: boolean;
  run(who: RequestContext): Promise<void>;
}

/** What is known of one section of this install. */
export interface Held {
  readonly items: readonly Kept[];
  readonly leftOut: readonly LeftOut[];
}

/** The permissions that reading and changing a thing need. */
export interface Needs {
  readonly read: readonly Permission[];
  readonly write: readonly Permission[];
}

/** By section the keys of what the file has, and what is there when it comes to a thing, since it was brought about before. */
export type Around = Readonly<Partial<Record<SectionName, readonly string[]>>>;

/** One section: how this install's part is read, compared and written. */
export interface Section {
  readonly name: SectionName;
  /** What a role may close fields of. */
  readonly concept?: string;
  /** Without which nothing of it is seen. */
  readonly reading?: Permission;
  read(who: RequestContext): Promise<Held>;
  needs(item: Item): Needs;
  /** What of the file cannot be brought about here, the file as a whole being applied. */
  conflict(
    item: Item,
    kept: Kept | undefined,
    who: RequestContext,
    around: Around,
  ): Promise<Fault | undefined> | Fault | undefined;
  steps(item: Item, kept: Kept | undefined): readonly Step[];
  /** What of a thing is here, stays, and is not in the file. */
  alsoHere?(item: Item, kept: Kept): Value | undefined;
}

/** What applying would do, or why it would not. */
export interface Difference {
  section: SectionName;
  key: string;
  /** `only-here`: the file does not have it, and it stays. */
  change: "create" | "update" | "conflict" | "only-here";
  /** What differs: `label`, `grants.sales.lead.read`. */
  fields: string[];
  /** What is here, of what differs; null where there is nothing. */
  from: Record<string, unknown> | null;
  /** What the file says. */
  to: Record<string, unknown> | null;
  /** Of a conflict: why. */
  reason: { code: string; message: string } | null;
}

/** How a change went. `left`: it was not reached. */
export interface Outcome {
  section: SectionName;
  key: string;
  change: Difference["change"];
  fields: string[];
  outcome: "done" | "failed" | "skipped" | "left";
  /** Of what has failed, or was skipped. */
  reason: { code: string; message: string; errors?: readonly FieldError[] } | null;
}

/** A value as text that is the same whatever the order of its properties. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one) ? sorted(one) : one,
  );
}

/** The same object with its properties in the order of their names. */
export function sorted<V>(value: Readonly<Record<string, V>>): Record<string, V>;
export function sorted(value: object): object;
export function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

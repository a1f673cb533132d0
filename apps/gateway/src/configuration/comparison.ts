import type { RequestContext } from "@kehu/auth";
import {
  canonical,
  type Around,
  type Difference,
  type Fault,
  type Held,
  type Item,
  type Kept,
  type Section,
  type Step,
  type Value,
} from "./item.ts";

/** A difference, and what brings it about where something can. */
export interface Planned {
  readonly difference: Difference;
  readonly step: Step | null;
}

/** Properties that are told of one by one, since there may be many. */
const OPENED = ["grants", "fieldRules", "label"];

/** What differs between two values, as far as the second one says anything. */
export function differing(from: Value, to: Value): { fields: string[]; from: Value; to: Value } {
  const [here, there] = [opened(from, to), opened(to, to)];
  const names = [...new Set([...Object.keys(there), ...Object.keys(here)])];
  const fields = names.filter((name) => canonical(here[name] ?? null) !== canonical(there[name] ?? null)).sort();
  const only = (value: Value) => Object.fromEntries(fields.map((name) => [name, value[name] ?? null]));
  return { fields, from: only(here), to: only(there) };
}

/** The properties that the other value has, too; those of some of them as `grants.sales.lead.read`. */
function opened(value: Value, like: Value): Value {
  return Object.fromEntries(
    Object.keys(like).flatMap((name) => {
      const inner = value[name] ?? {};
      if (!OPENED.includes(name)) return [[name, value[name]]];
      return Object.entries(inner).map(([part, one]): [string, unknown] => [`${name}.${part}`, one]);
    }),
  );
}

/** What makes a thing new, or changes what differs of it; nothing where nothing does. */
export function usualSteps(
  item: Item,
  kept: Kept | undefined,
  run: (fields: readonly string[], who: RequestContext) => Promise<void>,
): Step[] {
  const fields = Object.keys(item.value);
  if (!kept) return [{ change: "create", fields, from: null, to: item.value, run: (who) => run(fields, who) }];
  const found = differing(kept.value, item.value);
  const names = [...new Set(found.fields.map((name) => name.split(".")[0]!))];
  return found.fields.length ? [{ change: "update", ...found, run: (who) => run(names, who) }] : [];
}

/** Compares one section of the file with what is here. */
export async function compared(
  section: Section,
  wanted: readonly Item[],
  { items }: Held,
  who: RequestContext,
  around: Around,
): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const item of wanted) planned.push(...(await comparedItem(section, item, items, who, around)));
  const keys = new Set(wanted.map(({ key }) => key));
  const others = items
    .filter(({ key, fixed }) => !keys.has(key) && fixed?.code !== "role.built-in")
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return [...planned, ...others.map(({ key, value }) => onlyHere(section, key, value))];
}

async function comparedItem(
  section: Section,
  item: Item,
  items: readonly Kept[],
  who: RequestContext,
  around: Around,
): Promise<Planned[]> {
  const [kept, twin] = items.filter(({ key }) => key === item.key);
  const unseen = missing(section.needs(item).read, who) ?? closed(section, "hidden", who);
  if (unseen) return [conflict(section, item, undefined, unseen)];
  const also = kept && section.alsoHere?.(item, kept);
  const stays = also ? [onlyHere(section, item.key, also)] : [];
  const steps = section.steps(item, kept);
  if (steps.length === 0) return stays;
  const fault =
    missing(section.needs(item).write, who) ??
    closed(section, "read-only", who) ??
    (twin && { code: "configuration.ambiguous", message: "Several here are called so: rename all but one." }) ??
    kept?.fixed ??
    (await section.conflict(item, kept, who, around));
  if (fault) return [conflict(section, item, steps, fault), ...stays];
  const planned = steps.map((step) => ({ difference: { ...told(section, item.key, step), reason: null }, step }));
  return [...planned, ...stays];
}

/** A permission that the caller does not have. */
export function missing(needed: readonly string[], who: RequestContext): Fault | undefined {
  const permission = needed.find((one) => !(one in who.grants));
  return permission === undefined
    ? undefined
    : { code: "permission.denied", message: `This needs the permission ${permission}.` };
}

/** Whoever sees a part only would compare, and overwrite, what he does not see. */
export function closed({ concept }: Section, how: string, who: RequestContext): Fault | undefined {
  const rules = Object.entries((concept && who.fieldRules[concept]) ?? {});
  const field = rules.find(([, access]) => access === how)?.[0];
  return field === undefined
    ? undefined
    : { code: "field.closed", message: `The field ${field} of ${concept} is closed to you.` };
}

function told({ name }: Section, key: string, { change, fields, from, to }: Omit<Step, "run">) {
  return { section: name, key, change, fields: [...fields], from: from && { ...from }, to: to && { ...to } };
}

function conflict(section: Section, item: Item, steps: readonly Step[] | undefined, reason: Fault): Planned {
  const { fields, from, to } = steps?.[0] ?? { fields: Object.keys(item.value), from: null, to: item.value };
  return {
    difference: { ...told(section, item.key, { change: "update", fields, from, to }), change: "conflict", reason },
    step: null,
  };
}

function onlyHere({ name }: Section, key: string, value: Value): Planned {
  const difference: Difference = {
    section: name,
    key,
    change: "only-here",
    fields: Object.keys(value),
    from: { ...value },
    to: null,
    reason: null,
  };
  return { difference, step: null };
}

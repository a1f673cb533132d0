import type { TSchema } from "typebox";
import type { Personal } from "./event.ts";
import { EVENTS, type EventType } from "./events.ts";

/** Stands where a person's name stood, in place of what was erased. */
export const ERASED = "(erased)";

/**
 * What an event says about a person, once it is decrypted.
 *
 * @throws Error for a value that is encrypted
 */
export function readable(value: Personal): string {
  if (typeof value === "string") return value;
  throw new Error("The person's data in this event is encrypted.");
}

/** Where personal values stand below a value: `true` here, or at properties; `*` are the elements of a list. */
type Places = true | { readonly [property: string]: Places };

interface SchemaNode {
  "x-personal"?: boolean;
  properties?: Record<string, TSchema>;
  items?: TSchema;
  anyOf?: TSchema[];
}

const placesOf = new Map<EventType, Places | null>();

/**
 * Replaces the personal values of an event's data, as its schema marks them. Null stays null.
 *
 * @param change gets a value and its path in `data`, such as `contact.contactPoints.0.value`
 * @returns a copy, which shares with `data` whatever holds no personal value
 */
export function mapPersonal<D>(type: EventType, data: D, change: (value: unknown, path: string) => unknown): D {
  let places = placesOf.get(type);
  if (places === undefined) placesOf.set(type, (places = find(EVENTS[type].data)));
  return places ? (replace(places, data, "", change) as D) : data;
}

function find(schema: TSchema): Places | null {
  const { "x-personal": isPersonal, properties, items, anyOf } = schema as SchemaNode;
  if (isPersonal) return true;
  if (anyOf) return anyOf.map(find).find((places) => places !== null) ?? null;
  const inner = Object.entries({ ...properties, ...(items && { "*": items }) });
  const found = inner.flatMap(([name, one]) => {
    const places = find(one);
    return places ? [[name, places] as const] : [];
  });
  return found.length ? Object.fromEntries(found) : null;
}

function replace(
  places: Places,
  value: unknown,
  path: string,
  change: (value: unknown, path: string) => unknown,
): unknown {
  if (value === null || value === undefined) return value;
  if (places === true) return change(value, path);
  const below = (name: string | number) => (path === "" ? String(name) : `${path}.${name}`);
  const elements = places["*"];
  if (elements) return (value as unknown[]).map((one, index) => replace(elements, one, below(index), change));
  const copy = { ...(value as Record<string, unknown>) };
  for (const [name, inner] of Object.entries(places)) {
    if (name in copy) copy[name] = replace(inner, copy[name], below(name), change);
  }
  return copy;
}

import type { Attributes, KnownRecord } from "./mapping.ts";

const NONE: readonly KnownRecord[] = [];

/** Which records there are: those that Kehu had before, and those that came over in this run. */
export class Directory {
  private readonly byKeys = new Map<string, Map<string, KnownRecord>>();
  private readonly byAttributes = new Map<string, Map<string, KnownRecord[]>>();

  byKey(type: string, key: string): KnownRecord | undefined {
    return this.byKeys.get(type)?.get(key);
  }

  byAttribute(type: string, attribute: string, value: string): readonly KnownRecord[] {
    return this.byAttributes.get(`${type} ${attribute}`)?.get(value) ?? NONE;
  }

  /**
   * Adds a record, or what is new about one that is known.
   *
   * @param key its name in the other system; undefined for a record that has none there
   */
  add(type: string, key: string | undefined, id: string, attributes: Attributes = {}): void {
    const known: KnownRecord = { id, attributes };
    if (key !== undefined) {
      const keys = within(this.byKeys, type, () => new Map<string, KnownRecord>());
      const before = keys.get(key);
      if (before) this.forget(type, before);
      keys.set(key, known);
    }
    for (const [attribute, value] of given(known.attributes)) {
      const values = within(this.byAttributes, `${type} ${attribute}`, () => new Map<string, KnownRecord[]>());
      within(values, value, () => []).push(known);
    }
  }

  private forget(type: string, { id, attributes }: KnownRecord): void {
    for (const [attribute, value] of given(attributes)) {
      const values = this.byAttributes.get(`${type} ${attribute}`);
      values?.set(value, values.get(value)?.filter((one) => one.id !== id) ?? []);
    }
  }
}

const given = (attributes: Attributes) =>
  Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined);

function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

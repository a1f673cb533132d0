import type { Bind } from "@kehu/auth";
import type { Field, FieldMap } from "./field.ts";

/** The records of a resource that stand in one relation to the records that are asked about, as far as the caller sees them. */
export interface Side {
  /** Type of its records: `account`. */
  type: string;
  /** The resource, where it is one of the same service; null for a copy of another service's records. */
  resource: string | null;
  /** The field that refers to the other side: `accountId`. */
  by: string;
  /** Those that are open to the caller. */
  fields: FieldMap;
  isOfPersons: boolean;
  /** What stands behind FROM: the table as `r`, and where the reference stands elsewhere, that table. */
  from: string;
  /** The condition that `r` stands in the relation to `t`, the record that is asked about. */
  on: string;
  /** @returns the condition that the caller reaches `r` */
  reach: (bind: Bind) => string;
}

/** All relations of a resource that a caller may filter by. */
export interface Related {
  /** The records that a record refers to: `account` for what its `accountId` names. */
  one: ReadonlyMap<string, Side>;
  /** The records that refer to a record: by their resource (`contacts`), then by the field that does. */
  many: ReadonlyMap<string, ReadonlyMap<string, Side>>;
}

/** No relations, as of what is related itself: a condition goes one step. */
export const UNRELATED: Related = { one: new Map(), many: new Map() };

/** A field of the record that another one refers to. */
export interface Through {
  path: string;
  side: Side;
  /** Its name on that side: `industry` of `account.industry`. */
  name: string;
  /** Undefined where the caller knows no such field. */
  field: Field | undefined;
}

/** @returns what `account.industry` or `custom.partner.custom.region` means; undefined where it begins with no relation */
export function through(related: Related, name: string): Through | undefined {
  for (let at = name.indexOf("."); at > 0; at = name.indexOf(".", at + 1)) {
    const path = name.slice(0, at);
    const side = related.one.get(path);
    if (!side) continue;
    const rest = name.slice(at + 1);
    return { path, side, name: rest, field: Object.hasOwn(side.fields, rest) ? side.fields[rest] : undefined };
  }
  return undefined;
}

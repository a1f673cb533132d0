import { rowScope, type RequestContext } from "@kehu/auth";
import { RuleViolation, type FieldError } from "@kehu/contracts";
import { Database, type Queryable } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { setTimeout as wait } from "node:timers/promises";
import { nameKey } from "./external-ids.ts";
import type { ReferenceTarget } from "./field.ts";
import type { Resource } from "./resource.ts";
import { Values } from "./caller-sql.ts";

/** A reference as a caller may give it. */
export type ReferenceInput = string | { externalId: { system: string; id: string } };

/** What of a resource its references are found by; a request that is about no record of one has the same. */
type WithFields = Pick<Resource, "fields">;

/** Why a reference cannot be used, by the path of its field. */
type Faults = FieldError[];

/** How long a request waits for the copy of a record that another service has just made. */
const PATIENCE_MS = 2_000;
const POLL_MS = 50;
/** Who waits for longer asks less often. */
const LONG_POLL_MS = 250;

/** Waits longer than a request would. */
export interface Waiting {
  /** @returns false where no more time is to be spent */
  spend(milliseconds: number): boolean;
}

/** Checks references against the tables that know their targets, within the caller's scope. */
@Injectable()
export class References {
  constructor(private readonly database: Database) {}

  /**
   * Waits until the copies of other services' records that `items` refer to are there, or patience ends. Called before
   * the transaction, so that nothing is locked meanwhile; a batch waits once for all of its references.
   *
   * @param waiting asked for more time where that of a request is over
   */
  async arrive(resource: WithFields, items: readonly object[], who: RequestContext, waiting?: Waiting): Promise<void> {
    const wanted = items.flatMap((item) => slotsOf(resource, item)).filter(({ target }) => target.copy);
    if (wanted.length === 0) return;
    for (const end = Date.now() + PATIENCE_MS; ;) {
      const known = await lookUp(this.database, wanted, who);
      if (wanted.every((slot) => known.find(slot) !== undefined)) return;
      const isLong = Date.now() >= end;
      const pause = isLong ? LONG_POLL_MS : POLL_MS;
      if (isLong && !waiting?.spend(pause)) return;
      await wait(pause);
    }
  }

  /**
   * Replaces external ids by ids.
   *
   * @returns the data with every reference as an id
   * @throws RuleViolation `reference.unknown` or `reference.not-yet-known`, naming each field
   */
  async resolve<D extends object>(tx: Queryable, resource: WithFields, data: D, who: RequestContext): Promise<D> {
    const [result] = await this.resolveAll(tx, resource, [data], who);
    if (result!.faults.length)
      throw new RuleViolation(result!.faults[0]!.code, result!.faults[0]!.message, { errors: result!.faults });
    return result!.data;
  }

  /** The same for many, with one query per kind of target; faults stand beside each item. */
  async resolveAll<D extends object>(
    tx: Queryable,
    resource: WithFields,
    items: readonly D[],
    who: RequestContext,
  ): Promise<{ data: D; faults: Faults }[]> {
    const copies = items.map((item) => {
      const data = copyOf(resource, item);
      return { data, slots: slotsOf(resource, data) };
    });
    const known = await lookUp(
      tx,
      copies.flatMap(({ slots }) => slots),
      who,
    );
    return copies.map(({ data, slots }) => ({ data, faults: slots.flatMap((slot) => fill(slot, known)) }));
  }
}

/** A place where a reference stands: a field, or a property of an element of a list. */
interface Slot {
  /** As the caller knows it: `accountId`, `contacts.0.contactId`. */
  path: string;
  target: ReferenceTarget;
  value: ReferenceInput;
  holder: Record<string, unknown>;
  property: string;
}

function slotsOf(resource: WithFields, item: object): Slot[] {
  const data = item as Record<string, unknown>;
  const slots: Slot[] = [];
  const add = (path: string, target: ReferenceTarget, holder: Record<string, unknown>, property: string) => {
    const value = holder[property] as ReferenceInput | null | undefined;
    if (value) slots.push({ path, target, value, holder, property });
  };
  for (const [name, { target, elements, custom }] of Object.entries(resource.fields)) {
    if (target && custom) add(name, target, (data["custom"] ?? {}) as Record<string, unknown>, custom.name);
    else if (target) add(name, target, data, name);
    if (!elements) continue;
    const list = (data[name] ?? []) as Record<string, unknown>[];
    list.forEach((element, index) => {
      const to = "targets" in elements ? elements.targets[element["type"] as string] : elements.target;
      if (to) add(`${name}.${index}.${elements.property}`, to, element, elements.property);
    });
  }
  return slots;
}

/** A copy whose references can be replaced. */
function copyOf<D extends object>(resource: WithFields, item: D): D {
  const data = { ...item } as Record<string, unknown>;
  if (data["custom"]) data["custom"] = { ...data["custom"] };
  for (const [name, { elements }] of Object.entries(resource.fields)) {
    if (elements && data[name]) data[name] = (data[name] as object[]).map((element) => ({ ...element }));
  }
  return data as D;
}

function fill(slot: Slot, known: Known): Faults {
  const id = known.find(slot);
  if (id === undefined) return [fault(slot, known.deleted(slot))];
  slot.holder[slot.property] = id;
  return [];
}

async function lookUp(queryable: Queryable, slots: readonly Slot[], who: RequestContext): Promise<Known> {
  const known = new Known();
  for (const target of new Set(slots.map((slot) => slot.target))) {
    const inputs = slots.filter((slot) => slot.target === target).map(({ value }) => value);
    await known.add(queryable, target, inputs, who);
  }
  return known;
}

/** Targets that were found: by table, and by id or external id. */
class Known {
  private readonly live = new Map<string, string>();
  private readonly gone = new Set<string>();

  find({ target, value }: Slot): string | undefined {
    return this.live.get(`${target.table} ${keyOf(value)}`);
  }

  deleted({ target, value }: Slot): boolean {
    return this.gone.has(`${target.table} ${keyOf(value)}`);
  }

  async add(
    queryable: Queryable,
    target: ReferenceTarget,
    inputs: readonly ReferenceInput[],
    who: RequestContext,
  ): Promise<void> {
    const ids = inputs.filter((value) => typeof value === "string");
    const names = inputs
      .filter((value) => typeof value !== "string")
      .map(({ externalId }) => ({ system: externalId.system, external_id: externalId.id }));
    const values = new Values();
    const [byId, type, byName] = [values.bind(ids), values.bind(target.type), values.bind(JSON.stringify(names))];
    const scope = scopeOfTarget(target, who, values);
    const rows = await queryable.query<{ id: string; system: string | null; name: string; deleted: boolean }>(
      `WITH wanted AS (
         SELECT id, NULL AS system, NULL AS name FROM unnest(${byId}::uuid[]) AS id
         UNION ALL SELECT e.record_id, e.system, e.external_id FROM json_populate_recordset(NULL::external_id, ${byName}) n
         JOIN external_id e ON e.type = ${type} AND e.system = n.system AND e.external_id = n.external_id)
       SELECT w.*, x.deleted_at IS NOT NULL AS deleted FROM wanted w JOIN ${target.table} x ON x.id = w.id WHERE ${scope}`,
      values.list,
    );
    for (const { id, system, name, deleted } of rows) {
      const key = `${target.table} ${system === null ? id : nameKey({ system, id: name })}`;
      if (deleted) this.gone.add(key);
      else this.live.set(key, id);
    }
  }
}

/** Without the permission to read the target nothing can be referred to. */
function scopeOfTarget({ permission }: ReferenceTarget, who: RequestContext, values: Values): string {
  if (permission === null) return "true";
  if (who.actorType !== "system" && !(permission in who.grants)) return "false";
  return rowScope(who, permission, "x", values.bind);
}

const keyOf = (value: ReferenceInput) => (typeof value === "string" ? value.toLowerCase() : nameKey(value.externalId));

function fault({ path, target }: Slot, deleted: boolean): FieldError {
  if (target.copy && !deleted) {
    return {
      field: path,
      code: "reference.not-yet-known",
      message: `This ${target.type} is not known here yet: send the request again.`,
    };
  }
  return unknown(path, target.type);
}

const unknown = (field: string, type: string): FieldError => ({
  field,
  code: "reference.unknown",
  message: `There is no such ${type}.`,
});

/** 422 for a reference that the rules of a record find unknown, such as to a team that was deleted a moment ago. */
export function unknownReference(field: string, type: string): RuleViolation {
  const error = unknown(field, type);
  return new RuleViolation(error.code, error.message, { errors: [error] });
}

import { rowScope, type RequestContext } from "@kehu/auth";
import { RuleViolation, type FieldError } from "@kehu/contracts";
import { Database, type Queryable } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { setTimeout as wait } from "node:timers/promises";
import type { Field, ReferenceTarget } from "./field.ts";
import type { Resource } from "./resource.ts";
import { Values } from "./view.ts";

/** A reference as a caller may give it. */
export type ReferenceInput = string | { externalId: { system: string; id: string } };

/** Why a reference cannot be used, by the path of its field. */
type Faults = FieldError[];

/** How long a request waits for the copy of a record that another service has just made. */
const PATIENCE_MS = 2_000;
const POLL_MS = 50;

/** Checks references against the tables that know their targets, within the caller's scope. */
@Injectable()
export class References {
  constructor(private readonly database: Database) {}

  /**
   * Waits until the copies of other services' records that `items` refer to are there, or patience ends. Called before
   * the transaction, so that nothing is locked meanwhile; a batch waits once for all of its references.
   */
  async arrive(resource: Resource, items: readonly object[], who: RequestContext): Promise<void> {
    const copies = Object.entries(resource.fields).filter(([, field]) => field.target?.copy);
    const wanted = copies.filter(([name]) => items.some((item) => given(item, name)));
    if (wanted.length === 0) return;
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await wait(POLL_MS)) {
      const known = await this.lookUp(this.database, wanted, items, who);
      if (items.every((item) => wanted.every(([name]) => !given(item, name) || known.find(name, given(item, name)!))))
        return;
    }
  }

  /**
   * Replaces external ids by ids.
   *
   * @returns the data with every reference as an id
   * @throws RuleViolation `reference.unknown` or `reference.not-yet-known`, naming each field
   */
  async resolve<D extends object>(tx: Queryable, resource: Resource, data: D, who: RequestContext): Promise<D> {
    const [result] = await this.resolveAll(tx, resource, [data], who);
    if (result!.faults.length)
      throw new RuleViolation(result!.faults[0]!.code, result!.faults[0]!.message, { errors: result!.faults });
    return result!.data;
  }

  /** The same for many, with one query per kind of target; faults stand beside each item. */
  async resolveAll<D extends object>(
    tx: Queryable,
    resource: Resource,
    items: readonly D[],
    who: RequestContext,
  ): Promise<{ data: D; faults: Faults }[]> {
    const used = Object.entries(resource.fields).filter(
      ([name, field]) => field.target && items.some((item) => given(item, name)),
    );
    if (used.length === 0) return items.map((data) => ({ data, faults: [] }));
    const known = await this.lookUp(tx, used, items, who);
    return items.map((item) => {
      const data = { ...item } as Record<string, unknown>;
      const faults: Faults = [];
      for (const [name, field] of used) {
        const value = given(item, name);
        if (!value) continue;
        const id = known.find(name, value);
        if (id) data[name] = id;
        else faults.push(fault(name, field, known.deleted(value)));
      }
      return { data: data as D, faults };
    });
  }

  private async lookUp(
    queryable: Queryable,
    used: [string, Field][],
    items: readonly object[],
    who: RequestContext,
  ): Promise<Known> {
    const known = new Known();
    for (const [name, { target }] of used) {
      const inputs = items.map((item) => given(item, name)).filter((value) => value !== null);
      await known.add(queryable, name, target!, inputs, who);
    }
    return known;
  }
}

/** Targets that were found: by field, and by id or external id. */
class Known {
  private readonly live = new Map<string, string>();
  private readonly gone = new Set<string>();

  find(name: string, value: ReferenceInput): string | undefined {
    return this.live.get(`${name} ${keyOf(value)}`);
  }

  deleted(value: ReferenceInput): boolean {
    return this.gone.has(keyOf(value));
  }

  async add(
    queryable: Queryable,
    name: string,
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
    const rows = await queryable.query<{ key: string; id: string; deleted: boolean }>(
      `WITH wanted AS (
         SELECT id::text AS key, id FROM unnest(${byId}::uuid[]) AS id
         UNION ALL SELECT e.system || ' ' || e.external_id, e.record_id FROM json_populate_recordset(NULL::external_id, ${byName}) n
         JOIN external_id e ON e.type = ${type} AND e.system = n.system AND e.external_id = n.external_id)
       SELECT w.key, x.id, x.deleted_at IS NOT NULL AS deleted FROM wanted w JOIN ${target.table} x ON x.id = w.id WHERE ${scope}`,
      values.list,
    );
    for (const { key, id, deleted } of rows) {
      if (deleted) this.gone.add(key);
      else this.live.set(`${name} ${key}`, id);
    }
  }
}

/** Without the permission to read the target nothing can be referred to. */
function scopeOfTarget({ permission }: ReferenceTarget, who: RequestContext, values: Values): string {
  if (permission === null) return "true";
  if (who.actorType !== "system" && !(permission in who.grants)) return "false";
  return rowScope(who, permission, "x", values.bind);
}

const given = (item: object, name: string) => (item as Record<string, ReferenceInput | null | undefined>)[name] ?? null;
const keyOf = (value: ReferenceInput) =>
  typeof value === "string" ? value.toLowerCase() : `${value.externalId.system} ${value.externalId.id}`;

function fault(name: string, { target }: Field, deleted: boolean): FieldError {
  if (target!.copy && !deleted) {
    return {
      field: name,
      code: "reference.not-yet-known",
      message: `This ${target!.type} is not known here yet: send the request again.`,
    };
  }
  return { field: name, code: "reference.unknown", message: `There is no such ${target!.type}.` };
}

import { rowScope, type Bind, type RequestContext } from "@kehu/auth";
import { Injectable } from "@nestjs/common";
import { CustomFields } from "./custom-fields.ts";
import { fieldsFor, NAMES } from "./field-rules.ts";
import { TEAMS, type Field, type FieldMap, type ReferenceTarget } from "./field.ts";
import { fields, reference, text } from "./fields.ts";
import type { RecordEntity } from "./record.entity.ts";
import { UNRELATED, type Related, type Side } from "./related.ts";
import { namesPersons, type Resource } from "./resource.ts";

/** Finds out by the references of resources which records of a service are related. */
@Injectable()
export class Relations {
  private readonly resources = new Map<string, Resource>();

  constructor(private readonly custom: CustomFields) {}

  /** Lets filters ask for what the records of a resource refer to, and for those that refer to them. */
  register<T extends RecordEntity>(resource: Resource<T>): void {
    this.resources.set(resource.type, resource);
  }

  /**
   * @param resource with the fields of the company
   * @returns what the caller may ask about: by references that are open to him, and of records that he may read
   */
  async of(resource: Resource, who: RequestContext): Promise<Related> {
    if (!this.resources.has(resource.type)) return UNRELATED;
    const all = await Promise.all([...this.resources.values()].map((one) => this.custom.of(one)));
    const one = Object.entries(fieldsFor(resource, who)).flatMap(([name, field]) => {
      const side = field.target && field.filterable ? referredTo(name, field, field.target, all, who) : undefined;
      return side ? [[pathOf(name), side] as const] : [];
    });
    const many = all.flatMap((other) => {
      const sides = mayRead(who, other.permissions.read) ? referring(other, resource, who) : [];
      return sides.length ? [[other.name, new Map(sides.map((side) => [side.by, side]))] as const] : [];
    });
    return { one: new Map(one), many: new Map(many) };
  }
}

/** `account` for `accountId`, `custom.partner` for `custom.partnerId`. */
const pathOf = (name: string) => name.replace(/Id$/, "");

function mayRead(who: RequestContext, permission: string | null): boolean {
  return permission === null || who.actorType === "system" || permission in who.grants;
}

const reachOf = (permission: string | null, who: RequestContext) => (bind: Bind) =>
  permission === null ? "true" : rowScope(who, permission, "r", bind);

/** The record to which a field refers, of this service or a copy of another one's. */
function referredTo(
  name: string,
  field: Field,
  target: ReferenceTarget,
  all: readonly Resource[],
  who: RequestContext,
): Side | undefined {
  const { type, table } = target;
  const own = target.copy ? undefined : all.find((one) => isOf(one, target));
  const known = target.copy ? copyOf(target) : own;
  // Where a name may stand beside an id for everybody, the other fields of the record may not.
  const permission = own ? own.permissions.read : target.permission;
  if (!known || !mayRead(who, permission)) return undefined;
  const where = field.custom
    ? {
        from: `custom_value v JOIN ${table} r ON r.id = v.text_value::uuid AND r.id::text = v.text_value`,
        on: `v.record_id = t.id AND v.field = '${field.custom.key}'`,
      }
    : { from: `${table} r`, on: `r.id = t.${field.column}` };
  return {
    ...sideOf(name, known, permission, who),
    type,
    resource: own?.name ?? null,
    ...where,
  };
}

/** The records of a resource that refer to those of another one, by each field that does. */
function referring(other: Resource, resource: Resource, who: RequestContext): Side[] {
  return Object.entries(fieldsFor(other, who)).flatMap(([name, field]) => {
    const where =
      field.target && field.filterable ? byField(other, resource, field) : byElements(other, resource, field);
    if (!where) return [];
    return { ...sideOf(name, other, other.permissions.read, who), type: other.type, resource: other.name, ...where };
  });
}

const isOf = ({ type, table }: Resource, target: ReferenceTarget | undefined) =>
  target?.type === type && target.table === table;

function byField({ table }: Resource, resource: Resource, field: Field): Pick<Side, "from" | "on"> | undefined {
  if (!isOf(resource, field.target)) return undefined;
  if (!field.custom) return { from: `${table} r`, on: `r.${field.column} = t.id` };
  return {
    from: `custom_value v JOIN ${table} r ON r.id = v.record_id`,
    on: `v.field = '${field.custom.key}' AND v.text_value = t.id::text AND v.text_value::uuid = t.id`,
  };
}

/** Links are looked up in the table that has them the other way round. */
function byElements(
  { table }: Resource,
  resource: Resource,
  { elements }: Field,
): Pick<Side, "from" | "on"> | undefined {
  if (!elements || !("targets" in elements) || !elements.links) return undefined;
  if (!isOf(resource, elements.targets[resource.type])) return undefined;
  const { links } = elements;
  return {
    from: `${links.table} v JOIN ${table} r ON r.id = v.${links.column}`,
    on: `v.record_type = '${resource.type}' AND v.record_id = t.id`,
  };
}

type Known = Pick<Resource, "concept" | "fields" | "person">;

const sideOf = (by: string, known: Known, permission: string | null, who: RequestContext) => ({
  by,
  fields: fieldsFor(known, who),
  isOfPersons: known.person !== undefined,
  reach: reachOf(permission, who),
});

const copies = new WeakMap<ReferenceTarget, Known>();

/** What every copy has of its record: the name, and where people own it, its place. */
function copyOf(target: ReferenceTarget): Known {
  const there = copies.get(target);
  if (there) return there;
  const { permission, name } = target;
  const isPerson = namesPersons(target);
  const called = text("Name", "名称", { column: name, personName: isPerson, partOf: NAMES });
  const { ownerId } = fields({});
  const place: FieldMap = { ownerId: ownerId!, teamId: { ...reference("Team", "团队", TEAMS), column: "team_id" } };
  const known: Known = {
    concept: permission?.slice(0, permission.lastIndexOf(".")) ?? "",
    fields: { name: called, ...(permission !== null && place) },
    ...(isPerson && { person: { id: "personId" } }),
  };
  copies.set(target, known);
  return known;
}

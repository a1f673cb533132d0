import { PERMISSIONS, rowScope, type RequestContext } from "@kehu/auth";
import { Conflict, Forbidden, NotFound, RuleViolation } from "@kehu/contracts";
import { Database, type Queryable, type Tx } from "@kehu/database";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { Values } from "./caller-sql.ts";
import { Clock } from "./clock.ts";
import { CustomFields } from "./custom-fields.ts";
import { deletedWith, keepTogether } from "./deleted-with.ts";
import { namesTaken } from "./external-ids.ts";
import type { Change, RecordEntity } from "./record.entity.ts";
import { Records } from "./records.ts";
import type { Side } from "./related.ts";
import { Relations } from "./relations.ts";
import type { Resource } from "./resource.ts";

/** The most records that go with one. */
export const MOST_DEPENDENTS = 500;

/** How many records of a resource refer to a record, of those that the caller sees. */
export interface DependentCount {
  resource: string;
  /** They go with the record when the caller deletes it and names their resource in `with`. */
  goes: number;
  /** They stay, and go on referring to it. */
  stays: number;
}

/** Records of one resource that are changed together with another one, and who does it: by the right to delete them. */
interface Group {
  resource: Resource;
  who: RequestContext;
  ids: readonly string[];
}

type Decide = (record: RecordEntity) => Change["events"];

const rightToDelete = ({ concept }: Resource) => `${concept}.delete`;
const isDeclared = ({ by }: Side) => !by.startsWith("custom.");

/** Deletes a record together with what hangs on it, and brings exactly that back. */
@Injectable()
export class Dependents implements OnApplicationBootstrap {
  private readonly resources = new Map<string, Resource>();

  constructor(
    private readonly database: Database,
    private readonly records: Records,
    private readonly relations: Relations,
    private readonly custom: CustomFields,
    private readonly clock: Clock,
  ) {}

  /** Lets records of a resource go with others, and others with them. */
  register(resource: Resource): void {
    this.resources.set(resource.name, resource);
  }

  /** @throws Error where a resource names by `withIt` what is none of this service, or what nobody may delete */
  onApplicationBootstrap(): void {
    for (const { name, withIt = [] } of this.resources.values())
      for (const other of withIt) {
        const dependent = this.resources.get(other);
        if (!dependent || !PERMISSIONS.some((one) => one === rightToDelete(dependent)))
          throw new Error(
            `withIt of ${name} names ${other}, which is no resource of this service that can be deleted.`,
          );
      }
  }

  /**
   * @returns by resource how many records refer to one and would go with it, and how many would stay
   * @throws NotFound when there is no such record in the caller's reading scope
   */
  async of(declared: Resource, id: string, who: RequestContext): Promise<{ data: DependentCount[] }> {
    const resource = await this.custom.of(declared);
    const values = new Values();
    const scope = rowScope(who, resource.permissions.read, "t", values.bind);
    const [there] = await this.database.query(
      `SELECT 1 FROM ${resource.table} t WHERE t.id = ${values.bind(id)} AND t.deleted_at IS NULL AND (${scope})`,
      values.list,
    );
    if (!there) throw new NotFound();
    const { many } = await this.relations.of(resource, who);
    const counts = [...many].map(([name, sides]) => this.count(resource, id, name, [...sides.values()], who));
    const data = (await Promise.all(counts)).filter(({ goes, stays }) => goes + stays > 0);
    return { data: data.sort((one, other) => (one.resource < other.resource ? -1 : 1)) };
  }

  /**
   * Deletes a record and what the caller sees of the named resources that refers to it, in one transaction.
   *
   * @param names of resources that its own declares as `withIt`
   * @throws Forbidden `delete.dependent-refused` with `refused` where he may not delete one of them by itself
   * @throws RuleViolation `delete.too-many` for more than 500
   */
  remove<T extends RecordEntity>(resource: Resource<T>, id: string, names: readonly string[], who: RequestContext) {
    if (names.length === 0) return this.records.remove(resource, id, who);
    const acting = names.map((name) => this.acting(name, who));
    const decide = async (record: T, tx: Tx) => {
      await this.removeAll(tx, resource, id, acting, who);
      return record.remove(this.clock.now());
    };
    return this.records.change(resource, id, who, decide, { silent: true });
  }

  /**
   * Brings a record back, and with it what its deletion took along and is still deleted.
   *
   * @throws Forbidden `restore.dependent-refused` where the caller may not restore one of them by itself
   * @throws Conflict as for one record, with `records` that cannot have their names again
   */
  restore<T extends RecordEntity>(resource: Resource<T>, id: string, who: RequestContext) {
    const decide = async (record: T, tx: Tx) => {
      if (!record.deletedAt) return [];
      await this.restoreAll(tx, id, who);
      return record.restore(this.clock.now());
    };
    return this.records.change(resource, id, who, decide, { deleted: true });
  }

  private async removeAll(
    tx: Tx,
    resource: Resource,
    id: string,
    acting: readonly Omit<Group, "ids">[],
    who: RequestContext,
  ): Promise<void> {
    const groups: Group[] = [];
    for (const one of acting) groups.push({ ...one, ids: await this.referring(tx, resource, id, one.resource, who) });
    if (groups.reduce((sum, { ids }) => sum + ids.length, 0) > MOST_DEPENDENTS)
      throw new RuleViolation(
        "delete.too-many",
        `More than ${MOST_DEPENDENTS} records would go with it. Delete some of them first, then the record with the rest.`,
      );
    const changes = await this.decideAll(tx, groups, "delete", (record) => record.remove(this.clock.now()));
    for (const [group, changed] of changes) {
      // Who was waited for may have let it refer to another record.
      const still = new Set(await this.referring(tx, resource, id, group.resource, who));
      const gone = changed.filter(({ record }) => still.has(record.id));
      await this.records.store(tx, group.resource, gone, group.who);
      await keepTogether(tx, group.resource.name, gone, id);
    }
  }

  private async restoreAll(tx: Tx, id: string, who: RequestContext): Promise<void> {
    const together = await deletedWith(tx, id);
    const groups = together.map(({ resource, ids }) => ({ ...this.acting(resource, who), ids }));
    const changes = await this.decideAll(tx, groups, "restore", (record) =>
      record.deletedAt ? record.restore(this.clock.now()) : [],
    );
    for (const [{ resource, who: actor }, changed] of changes)
      try {
        await this.records.store(tx, resource, changed, actor);
      } catch (error) {
        if (!(error instanceof Conflict) || error.code !== "external-id.taken") throw error;
        const ids = await namesTaken(
          tx,
          resource.type,
          changed.map(({ record }) => record),
        );
        const records = ids.map((one) => ({ resource: resource.name, id: one }));
        throw new Conflict(error.code, `${error.detail} It belonged to what was deleted with the record.`, {
          ...error.members,
          records,
        });
      }
  }

  /** Locks and decides everything before anything is written, so that a refusal names all that is refused. */
  private async decideAll(
    tx: Tx,
    groups: readonly Group[],
    verb: "delete" | "restore",
    decide: Decide,
  ): Promise<[Group, Change[]][]> {
    const changes: [Group, Change[]][] = [];
    const refused: { resource: string; id: string }[] = [];
    let unseen = false;
    for (const group of groups.filter(({ ids }) => ids.length > 0)) {
      const locked = await this.records.lock(tx, group.resource, group.ids, group.who);
      unseen ||= locked.length < group.ids.length;
      const reached = verb === "delete" ? locked.filter(({ record }) => !record.deletedAt) : locked;
      for (const { record, writable } of reached)
        if (!writable) refused.push({ resource: group.resource.name, id: record.id });
      const made = reached.map(({ record }) => ({ record, before: record.state(), events: decide(record) }));
      changes.push([group, made.filter(({ events }) => events.length > 0)]);
    }
    if (refused.length > 0 || (unseen && verb === "restore"))
      throw new Forbidden(
        `${verb}.dependent-refused`,
        `You may not ${verb} everything that belongs to this, so nothing was done.`,
        { refused },
      );
    return changes;
  }

  /** @throws Forbidden where the caller may delete no such records at all */
  private acting(name: string, who: RequestContext): Omit<Group, "ids"> {
    const resource = this.resources.get(name)!;
    const permission = rightToDelete(resource);
    if (who.actorType !== "system" && !Object.hasOwn(who.grants, permission))
      throw new Forbidden("permission.denied", `This needs the permission ${permission}.`);
    return { resource, who: { ...who, permission } };
  }

  /** Ids of what the caller sees of a resource that refers to the record by a declared field; one more than may go. */
  private async referring(tx: Queryable, resource: Resource, id: string, other: Resource, who: RequestContext) {
    const { many } = await this.relations.of(resource, who);
    const sides = [...(many.get(other.name)?.values() ?? [])].filter(isDeclared);
    if (sides.length === 0) return [];
    const values = new Values();
    const all = sides.map((side) => `SELECT r.id ${referringBy(resource, id, side, values)}`);
    const rows = await tx.query<{ id: string }>(
      `${all.join(" UNION ")} ORDER BY id LIMIT ${MOST_DEPENDENTS + 1}`,
      values.list,
    );
    return rows.map((row) => row.id);
  }

  private async count(
    resource: Resource,
    id: string,
    name: string,
    sides: readonly Side[],
    who: RequestContext,
  ): Promise<DependentCount> {
    const values = new Values();
    const other = this.resources.get(name)!;
    const right = rightToDelete(other);
    const mayGo = resource.withIt?.includes(name) && Object.hasOwn(who.grants, right);
    const all = sides.map((side) => {
      const goes = mayGo && isDeclared(side) ? `coalesce(${rowScope(who, right, "r", values.bind)}, false)` : "false";
      return `SELECT r.id, ${goes} AS goes ${referringBy(resource, id, side, values)}`;
    });
    const [row] = await this.database.query<{ goes: number; stays: number }>(
      `SELECT count(*) FILTER (WHERE goes)::int AS goes, count(*) FILTER (WHERE NOT goes)::int AS stays
       FROM (SELECT id, bool_or(goes) AS goes FROM (${all.join(" UNION ALL ")}) s GROUP BY id) one`,
      values.list,
    );
    return { resource: name, ...row! };
  }
}

/** What refers to one record by a field, as far as the caller reaches it. */
function referringBy({ table }: Resource, id: string, { from, on, reach }: Side, { bind }: Values): string {
  return `FROM ${table} t, ${from} WHERE t.id = ${bind(id)} AND ${on} AND r.deleted_at IS NULL AND (${reach(bind)})`;
}

import { rowScope, type RequestContext } from "@kehu/auth";
import { Forbidden, NotFound, type DomainEvent } from "@kehu/contracts";
import { Database, type Tx } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { DataSource } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { partsFor } from "./caller-sql.ts";
import { Clock } from "./clock.ts";
import { CustomFields } from "./custom-fields.ts";
import { mustHaveCustom, settable, withAllOf } from "./custom-values.ts";
import { followUp } from "./consequences.ts";
import { mustBeListed } from "./listed-values.ts";
import { keepUnchanged, once, withFingerprint } from "./idempotency.ts";
import { OwnedEntity } from "./owned.entity.ts";
import type { Change, Locked, RecordEntity } from "./record.entity.ts";
import { Recents } from "./recents.ts";
import { References } from "./references.ts";
import { Stale, type Reply, type WriteReply } from "./reply.ts";
import type { Resource } from "./resource.ts";
import { Rows } from "./rows.ts";
import { store, storeShown } from "./store.ts";
import { viewOf } from "./view.ts";

export type Decide<T extends RecordEntity> = (record: T, tx: Tx) => DomainEvent[] | Promise<DomainEvent[]>;

/** The one way in which a row of a resource comes into being or changes. */
@Injectable()
export class Records {
  readonly rows: Rows;

  constructor(
    private readonly database: Database,
    source: DataSource,
    private readonly references: References,
    private readonly clock: Clock,
    private readonly personal: PersonalData,
    private readonly custom: CustomFields,
    private readonly recents: Recents,
  ) {
    this.rows = new Rows(source, personal);
  }

  /**
   * Creates a record that the caller owns: row, history, events and idempotent reply in one transaction.
   *
   * @param data what the caller sent, validated; references may be ids or external ids
   * @returns the record, its version and its place
   * @throws RuleViolation for a broken rule or a reference to a record that the caller cannot see
   */
  async create<T extends RecordEntity>(
    declared: Resource<T>,
    given: object,
    caller: RequestContext,
  ): Promise<WriteReply> {
    const who = withFingerprint(caller, this.personal);
    const resource = await this.custom.of(declared, given);
    const data = settable(resource, given, who);
    mustHaveCustom(resource, data, who);
    await this.references.arrive(resource, [data], who);
    return once(this.database, this.personal, resource, who, async (tx) => {
      const record = this.born(resource, who);
      const resolved = withAllOf(record, await this.references.resolve(tx, resource, data, who));
      const events = record.open(resolved, record.createdAt, await resource.context?.(tx, [resolved], 1, who));
      mustBeListed(resource, null, record, who);
      return this.storeShown(tx, resource, { record, before: null, events }, who, `/v1/${resource.name}/${record.id}`);
    });
  }

  /**
   * Locks the row within the caller's scope, lets `decide` change it, and stores row, history, events and idempotent
   * reply in one transaction. No events means that nothing changed.
   *
   * @param options.deleted reach a deleted record (to restore it)
   * @param options.silent answer without the record
   * @param options.alongside further records of the resource that `decide` will need: locked together with this one, in
   *   the order of all ids, so that two such changes cannot lock each other out
   * @param options.first runs before the record is locked: takes locks that must come before
   * @param options.asHolder only who reaches the record as its owner, or like him, may; not with whom it is shared
   * @param options.reply makes another answer than the record; called after everything is stored
   * @returns the record as it is now, and its version
   * @throws NotFound when there is no such record in the caller's reading scope
   * @throws Forbidden when he may read it but not write it
   * @throws Stale when the caller's If-Match names another version
   */
  async change<T extends RecordEntity>(
    declared: Resource<T>,
    id: string,
    caller: RequestContext,
    decide: Decide<T>,
    options: {
      deleted?: boolean;
      silent?: boolean;
      alongside?: readonly string[];
      first?: (tx: Tx) => Promise<unknown>;
      asHolder?: boolean;
      reply?: (tx: Tx) => Promise<Reply>;
    } = {},
  ): Promise<WriteReply> {
    const who = withFingerprint(caller, this.personal);
    const resource = await this.custom.of(declared);
    const reply = await once(this.database, this.personal, resource, who, async (tx) => {
      await options.first?.(tx);
      const all = await this.lock(tx, resource, [id, ...(options.alongside ?? [])], who, options);
      const locked = all.find((one) => one.record.id === id);
      if (!locked || (locked.record.deletedAt && !options.deleted)) throw new NotFound();
      if (!locked.writable) throw new Forbidden("record.not-writable", "You may read this record but not change it.");
      const { record } = locked;
      if (who.ifMatch !== null && who.ifMatch !== record.version)
        throw new Stale(await viewOf(tx, resource, id, who, this.personal));
      const change = { record, before: record.state(), events: await decide(record, tx) };
      if (change.events.length > 0) {
        mustBeListed(resource, change.before, record, who);
        if (!options.reply && !options.silent) return this.storeShown(tx, resource, change, who, null);
        await this.store(tx, resource, [change], who);
      }
      if (options.reply) return options.reply(tx);
      if (options.silent) return { body: null, version: record.version, location: null };
      const body = await viewOf(tx, resource, id, who, this.personal);
      if (who.idempotency) keepUnchanged(tx, this.rows, resource, record, who);
      return { body, version: record.version, location: null, isKept: true };
    });
    this.recents.note(resource, id, who);
    return reply;
  }

  /** Applies a merge patch (RFC 7396); references in it may be ids or external ids. */
  async patch<T extends RecordEntity>(
    declared: Resource<T>,
    id: string,
    given: object,
    who: RequestContext,
  ): Promise<WriteReply> {
    const resource = await this.custom.of(declared, given);
    const patch = settable(resource, given, who);
    await this.references.arrive(resource, [patch], who);
    return this.change(resource, id, who, async (record, tx) => {
      const resolved = withAllOf(record, await this.references.resolve(tx, resource, patch, who));
      return record.update(resolved, this.clock.now(), await resource.context?.(tx, [resolved], 0, who));
    });
  }

  /** Deletes softly: the row stays, out of sight. */
  remove<T extends RecordEntity>(resource: Resource<T>, id: string, who: RequestContext): Promise<WriteReply> {
    return this.change(resource, id, who, (record) => record.remove(this.clock.now()), { silent: true });
  }

  /** Brings a deleted record back; one that is not deleted stays as it is. */
  restore<T extends RecordEntity>(resource: Resource<T>, id: string, who: RequestContext): Promise<WriteReply> {
    const decide = (record: T) => (record.deletedAt ? record.restore(this.clock.now()) : []);
    return this.change(resource, id, who, decide, { deleted: true });
  }

  /**
   * Locks rows in the order of their ids, which keeps concurrent callers from deadlocks.
   *
   * @returns the records that exist within the caller's reading scope, deleted ones included, in the order of their
   *   ids, and whether each is within the scope of the permission under which he acts
   */
  async lock<T extends RecordEntity>(
    tx: Tx,
    resource: Resource<T>,
    ids: readonly string[],
    who: RequestContext,
    options: { asHolder?: boolean } = {},
  ): Promise<Locked<T>[]> {
    const use = `lock ${who.permission} ${options.asHolder ?? false}`;
    const { sql, values } = partsFor(who, resource, use, (bind) => ({
      readable: rowScope(who, resource.permissions.read, "t", bind),
      writable: rowScope(who, who.permission, "t", bind, options),
    }));
    // With `= ANY` the server would plan the statement anew each time.
    const wanted = ids.length === 1 ? `= ${values.bind(ids[0])}` : `= ANY(${values.bind(ids)})`;
    const found = await tx.query(
      `SELECT ${this.rows.columns(resource)}, coalesce(${sql.writable}, false) AS writable FROM ${resource.table} t
       WHERE t.id ${wanted} AND (${sql.readable}) ORDER BY t.id FOR UPDATE`,
      values.list,
    );
    return found.map((row) => ({ record: this.rows.read(resource, row), writable: row["writable"] === true }));
  }

  /**
   * Creates records in a transaction that is running: those that a change of another record brings about.
   *
   * @param items what the entity's `open` takes; references are ids
   */
  async add<T extends RecordEntity>(
    tx: Tx,
    resource: Resource<T>,
    items: readonly object[],
    who: RequestContext,
  ): Promise<T[]> {
    const context = await resource.context?.(tx, items, items.length, who);
    const changes = items.map((data) => {
      const record = this.born(resource, who);
      return { record, before: null, events: record.open(data, record.createdAt, context) };
    });
    await this.store(tx, resource, changes, who);
    return changes.map(({ record }) => record);
  }

  /**
   * Creates a record under an id that another service has made, in the transaction of the handler that follows its
   * event. A record that is there already is left as it is, so the event may come again.
   *
   * @param decide sets the new record's state and returns its events
   */
  async createWithin<T extends RecordEntity>(
    tx: Tx,
    resource: Resource<T>,
    id: string,
    who: RequestContext,
    decide: Decide<T>,
  ): Promise<void> {
    const there = await tx.query(`SELECT 1 FROM ${resource.table} WHERE id = $1`, [id]);
    if (there.length > 0) return;
    const record = this.born(resource, who, id);
    await this.store(tx, resource, [{ record, before: null, events: await decide(record, tx) }], who);
  }

  /** Writes changed records, and then what their changes bring about. */
  async store(tx: Tx, resource: Resource, changes: readonly Change[], who: RequestContext): Promise<void> {
    await store(tx, this.rows, resource, changes, who);
    await followUp(this, tx, resource, changes, who, this.clock.now());
  }

  private async storeShown(
    tx: Tx,
    resource: Resource,
    change: Change,
    who: RequestContext,
    location: string | null,
  ): Promise<Reply> {
    const reply = await storeShown(tx, this.rows, resource, change, who, location);
    await followUp(this, tx, resource, [change], who, this.clock.now());
    return reply;
  }

  /** A new record of the caller's. */
  born<T extends RecordEntity>(resource: Resource<T>, who: RequestContext, id: string = uuidv7()): T {
    const record = this.rows.blank(resource);
    record.id = id;
    record.version = 0;
    record.ownerId = who.actorType === "system" ? null : who.actorId;
    record.externalIds = [];
    if (record instanceof OwnedEntity) Object.assign(record, { collaborators: [], custom: {}, tags: [] });
    record.createdAt = record.updatedAt = this.clock.now();
    return record;
  }
}

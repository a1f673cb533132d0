import type { Permission, RequestContext } from "@kehu/auth";
import {
  Conflict,
  Forbidden,
  Malformed,
  NotFound,
  RuleViolation,
  type DomainEvent,
  type FieldError,
} from "@kehu/contracts";
import { Database, type Queryable, type Tx } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { mustSet } from "./field-rules.ts";
import { History } from "./history.ts";
import { parseListQuery, parsePaging } from "./list-query.ts";
import { RecordLists, scopeOf } from "./record-lists.ts";
import { RecordQueries } from "./record-queries.ts";
import { UnownedRecordService, Writing } from "./record-service.ts";
import { WriteReply } from "./reply.ts";
import type { Resource } from "./resource.ts";
import { SavedViewFaults, type ViewDefinition } from "./saved-view-faults.ts";
import type { CreateSavedView, UpdateSavedView } from "./saved-view.dto.ts";
import type { SavedView } from "./saved-view.entity.ts";

/** The most views that somebody has of one resource. */
const MOST_VIEWS = 200;

/** What views are read, written and run with. */
@Injectable()
export class Viewing {
  constructor(
    readonly writing: Writing,
    readonly queries: RecordQueries,
    readonly lists: RecordLists,
    readonly history: History,
    readonly database: Database,
    readonly faults: SavedViewFaults,
  ) {}
}

type Query = Readonly<Record<string, unknown>>;

/** Saves views of the lists of a service, and runs them. */
export class SavedViews<T extends SavedView = SavedView> extends UnownedRecordService<T> {
  constructor(
    declared: Resource<T>,
    private readonly share: Permission,
    private readonly viewing: Viewing,
  ) {
    super({ ...declared, context: (tx, items, _births, who) => this.haveRoom(tx, items, who) }, viewing.writing);
  }

  /**
   * @throws Malformed, RuleViolation for what the list would not take, or what must not be kept
   * @throws Forbidden where it is shown to others, and the caller may not share views
   */
  async keep(of: Resource, body: CreateSavedView, who: RequestContext): Promise<WriteReply> {
    this.mustShare(body.visibility, who);
    await this.mustFit(of, body, who);
    const { body: made, ...reply } = await this.create({ ...body, resource: of.name }, who);
    const { id } = made as { id: string };
    return new WriteReply(made, { ...reply, location: `/v1/${of.name}/views/${id}` }, reply.replayed);
  }

  /** The caller's own views of a resource, and those that others show him. */
  list(of: Resource, query: Query, who: RequestContext) {
    const asked = parseListQuery(this.resource.fields, query, ["-createdAt"]);
    const ofResource = { field: "resource", op: "eq", value: of.name } as const;
    const where = asked.where ? { and: [ofResource, asked.where] } : ofResource;
    return this.viewing.lists.page(this.resource, { ...asked, where }, who);
  }

  async get(of: Resource, id: string, who: RequestContext) {
    await this.mustBeOf(this.viewing.database, of, id);
    return this.viewing.queries.get(this.resource, id, who);
  }

  async historyOf(of: Resource, id: string, query: Query, who: RequestContext) {
    parsePaging(query); // what is malformed is refused, whether there is such a view or not
    await this.mustBeOf(this.viewing.database, of, id);
    return this.viewing.history.of(this.resource, id, query, who);
  }

  /**
   * The records that a view finds, as far as the caller reaches them.
   *
   * @param query `limit` and `cursor`
   * @throws Conflict `view.outdated` where the view names what is gone, or is hidden from the caller
   */
  async records(of: Resource, id: string, query: Query, who: RequestContext) {
    const { limit, cursor } = parsePaging(query);
    const { where, q, fields, sort } = await this.definition(of, id, who);
    const errors = await this.viewing.faults.running(of, { where, q, fields, sort }, who);
    if (errors.length) {
      const { field, message } = errors[0]!;
      throw new Conflict("view.outdated", `The view cannot be run any more, or not by you. ${field}: ${message}`, {
        errors,
      });
    }
    const given = Object.entries({ where, q, fields, sort }).filter(([, value]) => value !== null);
    return this.viewing.queries.search(of, { ...Object.fromEntries(given), limit, cursor: cursor ?? undefined }, who);
  }

  async alter(of: Resource, id: string, patch: UpdateSavedView, who: RequestContext): Promise<WriteReply> {
    mustSet(this.resource, patch, who);
    await this.mustFit(of, patch, who);
    return this.changed(of, id, who, (view) => {
      this.mustShare(patch.visibility ?? view.visibility, who);
      return view.update(patch, this.now());
    });
  }

  discard(of: Resource, id: string, who: RequestContext): Promise<WriteReply> {
    return this.changed(of, id, who, (view) => view.remove(this.now()), { silent: true });
  }

  bringBack(of: Resource, id: string, who: RequestContext): Promise<WriteReply> {
    const decide = async (view: SavedView, tx: Tx) => {
      if (!view.deletedAt) return [];
      this.mustShare(view.visibility, who);
      await this.haveRoom(tx, [{ resource: of.name }], who);
      return view.restore(this.now());
    };
    return this.changed(of, id, who, decide, { deleted: true });
  }

  /** Only its owner changes a view. */
  private changed(
    of: Resource,
    id: string,
    who: RequestContext,
    decide: (view: T, tx: Tx) => DomainEvent[] | Promise<DomainEvent[]>,
    options: { silent?: boolean; deleted?: boolean } = {},
  ): Promise<WriteReply> {
    const as = { ...who, permission: this.resource.permissions.write };
    const first = async (tx: Tx) => {
      await this.mustBeOf(tx, of, id);
      await this.inTurn(tx, who);
    };
    return this.viewing.writing.records.change(this.resource, id, as, decide, { ...options, asHolder: true, first });
  }

  private async definition(of: Resource, id: string, who: RequestContext): Promise<Required<ViewDefinition>> {
    const { sql, values } = scopeOf(this.resource, who);
    const [view] = await this.viewing.database.query<Required<ViewDefinition>>(
      `SELECT t.filter_tree AS "where", t.q, t.columns AS fields, t.sort FROM saved_view t
       WHERE t.id = ${values.bind(id)} AND t.resource = ${values.bind(of.name)} AND t.deleted_at IS NULL AND (${sql.scope})`,
      values.list,
    );
    if (!view) throw new NotFound();
    return view;
  }

  /** A view of another resource is none of this one. */
  private async mustBeOf(queryable: Queryable, of: Resource, id: string): Promise<void> {
    const found = await queryable.query("SELECT 1 FROM saved_view WHERE id = $1 AND resource = $2", [id, of.name]);
    if (found.length === 0) throw new NotFound();
  }

  private mustShare(visibility: SavedView["visibility"] | undefined, who: RequestContext): void {
    if (visibility === undefined || visibility === "private" || this.share in who.grants) return;
    throw new Forbidden("permission.denied", `A view that others see needs the permission ${this.share}.`);
  }

  private async mustFit(of: Resource, definition: ViewDefinition, who: RequestContext): Promise<void> {
    const { faults } = this.viewing;
    refuse(await faults.running(of, definition, who), Malformed, "request.malformed");
    refuse(await faults.keeping(of, definition, who), RuleViolation, "request.invalid");
  }

  /** New views of one person wait for each other, and so do changes of them: of two, one is the default in the end. */
  private async haveRoom(tx: Tx, views: readonly object[], who: RequestContext): Promise<void> {
    await this.inTurn(tx, who);
    for (const { resource } of views as { resource: string }[]) {
      const [found] = await tx.query<{ count: number }>(
        `SELECT count(*)::int FROM saved_view WHERE owner_id = $1 AND resource = $2 AND deleted_at IS NULL`,
        [who.actorId, resource],
      );
      if (found!.count >= MOST_VIEWS)
        throw new RuleViolation("view.too-many", `You have ${MOST_VIEWS} views of ${resource}: delete one first.`);
    }
  }

  private async inTurn(tx: Tx, who: RequestContext): Promise<void> {
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('saved_view ' || $1::text, 0))", [who.actorId]);
  }

  private readonly now = () => this.viewing.writing.clock.now();
}

function refuse(errors: FieldError[], Kind: typeof Malformed | typeof RuleViolation, code: string): void {
  if (errors.length) throw new Kind(code, `${errors[0]!.field}: ${errors[0]!.message}`, { errors });
}

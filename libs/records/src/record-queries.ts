import { rowScope, type RequestContext } from "@kehu/auth";
import { NotFound } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { CompanySettings } from "./company-settings.ts";
import { CursorSigner } from "./cursor.ts";
import { closed, fieldsFor } from "./field-rules.ts";
import { besideName, type FieldMap, type Label } from "./field.ts";
import { filterSql, operatorsOf, type Token } from "./filter.ts";
import type { FilterOptions } from "./filter-values.ts";
import { parseListQuery, parseSearch, type ListQuery, type SearchRequest } from "./list-query.ts";
import { findsManySql, orderOf, RANK, rankedSql, searchFilter, type Search } from "./keyword-search.ts";
import type { Resource } from "./resource.ts";
import { afterSql, orderBySql } from "./sort.ts";
import { parseAggregate } from "./aggregate-query.ts";
import { aggregateOf, aggregateSql, type Aggregate } from "./aggregates.ts";
import { partsFor, type Values } from "./caller-sql.ts";
import { Clock } from "./clock.ts";
import { placeOf, shapeView, viewColumns, type RecordView } from "./view.ts";

export interface Page<R = RecordView> {
  data: R[];
  page: { nextCursor: string | null; hasMore: boolean; total?: number };
}

/** One field of a resource, as `GET /v1/{resource}/fields` shows it. */
export interface FieldView {
  name: string;
  type: string;
  label: Label;
  required: boolean;
  choices: readonly string[] | null;
  filterable: boolean;
  operators: readonly string[];
  sortable: boolean;
  personal: boolean;
  /** The caller's roles close it to him for changes. */
  readOnly: boolean;
  custom: boolean;
}

/**
 * Rows to read for a page, as a literal: where the server does not know how few rows are wanted it plans each statement
 * anew, which takes longer than running it. Few different ones, since each makes a prepared statement of its own.
 */
const rowsFor = (limit: number) => [10, 25, 50, 100, 200].find((size) => size >= limit)! + 1;

const NEWEST_FIRST = ["-createdAt"];

/** An order by a field that is hidden from the caller would tell him of it. */
function defaultSort(resource: Resource, open: FieldMap): readonly string[] {
  const own = resource.defaultSort ?? NEWEST_FIRST;
  return own.every((key) => Object.hasOwn(open, key.replace(/^-/, ""))) ? own : NEWEST_FIRST;
}

const scopeOf = (resource: Resource, who: RequestContext) =>
  partsFor(who, resource, "scope", (bind) => ({ scope: rowScope(who, resource.permissions.read, "t", bind) }));

/** The one query layer: every read of a resource's rows, within the caller's scope. */
@Injectable()
export class RecordQueries {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorSigner,
    private readonly settings: CompanySettings,
    private readonly personal: PersonalData,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the record, within the caller's scope
   * @throws NotFound
   */
  async get(resource: Resource, id: string, who: RequestContext): Promise<RecordView> {
    const { sql, values } = partsFor(who, resource, "get", (bind) => ({
      ...viewColumns(resource, who, bind),
      scope: rowScope(who, resource.permissions.read, "t", bind),
    }));
    const [row] = await this.database.query(
      `SELECT ${sql.columns} FROM ${resource.table} t
       WHERE t.id = ${values.bind(id)} AND t.deleted_at IS NULL AND (${sql.scope})`,
      values.list,
    );
    if (!row) throw new NotFound();
    return shapeView(resource, row, who, this.personal);
  }

  /** A page of the list that a query string asks for. */
  list(resource: Resource, query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<Page> {
    const open = fieldsFor(resource, who);
    return this.page(resource, parseListQuery(open, query, defaultSort(resource, open), resource.keywords), who);
  }

  /** A page of the list that a tree asks for. */
  search(resource: Resource, body: SearchRequest, who: RequestContext): Promise<Page> {
    const open = fieldsFor(resource, who);
    return this.page(resource, parseSearch(open, body, defaultSort(resource, open), resource.keywords), who);
  }

  /** Counts of the records that a filter finds, and sums and averages of their fields, by group. */
  async aggregate(
    resource: Resource,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Aggregate> {
    const open = fieldsFor(resource, who);
    const asked = parseAggregate(open, query, resource.keywords);
    const { sql, values } = scopeOf(resource, who);
    const condition = await this.condition(resource, asked, sql.scope, who, values);
    const { timeZone } = await this.optionsFor(who);
    const text = aggregateSql(resource, asked, condition, timeZone, who, values.bind);
    return aggregateOf(open, asked, await this.database.queryOnce(text, values.list));
  }

  /** Describes the resource's fields, as far as the caller may see them. */
  fields(resource: Resource, who: RequestContext): { data: FieldView[] } {
    return {
      data: Object.entries(fieldsFor(resource, who)).map(([name, field]) => ({
        name,
        type: field.kind,
        label: field.label,
        required: field.required,
        choices: field.choices ?? null,
        filterable: field.filterable,
        operators: field.filterable ? operatorsOf(field) : [],
        sortable: field.sortable,
        personal: field.personal || field.personName,
        readOnly: closed(who, resource.concept, name) === "read-only",
        custom: false,
      })),
    };
  }

  private async page(resource: Resource, query: ListQuery, who: RequestContext): Promise<Page> {
    const { sql, values } = partsFor(who, resource, "list", (bind) => ({
      ...viewColumns(resource, who, bind),
      scope: rowScope(who, resource.permissions.read, "t", bind),
    }));
    const order = orderOf(query);
    const binding = [
      resource.concept,
      query.where,
      query.q?.text ?? null,
      order.map(({ name, descending }) => [name, descending]),
      who.actorType,
      who.actorId,
    ];
    const place = query.cursor === null ? null : this.cursors.read(query.cursor, binding);
    const many = query.q !== null && (await this.findsMany(resource, query, place, who));
    const condition = await this.condition(resource, query, sql.scope, who, values, !many);
    const ranked = query.ranked && !many;
    const keys = ranked ? order : query.sort;
    const from = ranked
      ? `${await this.ranked(resource, query.q!, condition, who, values)} t WHERE true`
      : `${resource.table} t WHERE ${condition}`;
    const after = place ? ` AND ${afterSql(keys, place.slice(-keys.length), values.bind)}` : "";
    const text = `SELECT ${sql.columns}${ranked ? `, t.${RANK.field.column} AS "${RANK.name}"` : ""} FROM ${from}${after}
      ORDER BY ${orderBySql(keys)} LIMIT ${rowsFor(query.limit)}`;
    const rows = await (query.where || query.q
      ? this.database.queryOnce(text, values.list)
      : this.database.query(text, values.list));
    const hasMore = rows.length > query.limit;
    const shown = hasMore ? rows.slice(0, query.limit) : rows;
    const nextCursor = hasMore ? this.cursors.sign(placeOf(order, shown.at(-1)!), binding) : null;
    return {
      data: shown.map((row) => this.shape(resource, query, row, who)),
      page: { nextCursor, hasMore, ...(query.count && { total: await this.count(resource, query, who) }) },
    };
  }

  /** Whether more records are found than are ranked; of a page that is not the first the place says it. */
  private async findsMany(
    resource: Resource,
    query: ListQuery,
    place: readonly unknown[] | null,
    who: RequestContext,
  ): Promise<boolean> {
    if (query.ranked && place) return place[0] === null;
    const { sql, values } = scopeOf(resource, who);
    const condition = await this.condition(resource, query, sql.scope, who, values);
    const [row] = await this.database.queryOnce<{ many: boolean }>(
      findsManySql(resource.table, condition),
      values.list,
    );
    return row!.many;
  }

  private async ranked(resource: Resource, q: Search, condition: string, who: RequestContext, values: Values) {
    const { table, fields } = resource;
    return rankedSql(table, fields, q, condition, values.bind, await this.optionsFor(who), this.token);
  }

  /** @param byIndex false where `q` finds so much that its index only costs */
  private async condition(
    resource: Resource,
    { where, q }: Pick<ListQuery, "where" | "q">,
    scope: string,
    who: RequestContext,
    values: Values,
    byIndex = true,
  ): Promise<string> {
    const parts = [...(where ? [where] : []), ...(q ? [searchFilter(q, byIndex)] : [])];
    if (parts.length === 0) return `t.deleted_at IS NULL AND (${scope})`;
    const wanted = filterSql(resource.fields, { and: parts }, values.bind, await this.optionsFor(who), this.token);
    return `t.deleted_at IS NULL AND (${wanted}) AND (${scope})`;
  }

  private async optionsFor(who: RequestContext): Promise<FilterOptions> {
    const settings = await this.settings.get();
    return { ...settings, timeZone: who.timeZone ?? settings.timeZone, now: this.clock.now() };
  }

  private readonly token: Token = (kind, value) => this.personal.blind.token(kind, value);

  private async count(resource: Resource, query: ListQuery, who: RequestContext): Promise<number> {
    const { sql, values } = scopeOf(resource, who);
    const condition = await this.condition(resource, query, sql.scope, who, values);
    const [row] = await this.database.queryOnce<{ count: string }>(
      `SELECT count(*) FROM ${resource.table} t WHERE ${condition}`,
      values.list,
    );
    return Number(row!.count);
  }

  private shape(resource: Resource, query: ListQuery, row: Record<string, unknown>, who: RequestContext): RecordView {
    const view = shapeView(resource, row, who, this.personal);
    if (!query.fields) return view;
    const names = new Set(["id", ...query.fields.flatMap((name) => [name, besideName(name)])]);
    return Object.fromEntries(Object.entries(view).filter(([name]) => names.has(name))) as RecordView;
  }
}

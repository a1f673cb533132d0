import { rowScope, type RequestContext } from "@kehu/auth";
import { Database } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { partsFor, type Values } from "./caller-sql.ts";
import { Clock } from "./clock.ts";
import { CompanySettings } from "./company-settings.ts";
import { CursorSigner } from "./cursor.ts";
import { besideName } from "./field.ts";
import { filterSql, type Token } from "./filter-sql.ts";
import type { FilterOptions } from "./filter-values.ts";
import { findsManySql, orderOf, RANK, rankedSql, searchFilter } from "./keyword-search.ts";
import type { ListQuery } from "./list-query.ts";
import { Relations } from "./relations.ts";
import type { Resource } from "./resource.ts";
import { afterSql, orderBySql, placeIn, placedKeys, stretchesOf, type Stretch } from "./sort.ts";
import { placeOf, shapeView, viewColumns, type RecordView } from "./view.ts";

export interface Page<R = RecordView> {
  data: R[];
  page: { nextCursor: string | null; hasMore: boolean; total?: number };
}

type Row = Record<string, unknown>;
type Place = readonly unknown[] | null;

/**
 * Rows to read for a page, as a literal: where the server does not know how few rows are wanted it plans each statement
 * anew, which takes longer than running it. Few different ones, since each makes a prepared statement of its own.
 */
const rowsFor = (limit: number) => [10, 25, 50, 100, 200].find((size) => size >= limit)! + 1;

/** The parts of a statement over what the caller reaches of a resource. */
export const scopeOf = (resource: Resource, who: RequestContext) =>
  partsFor(who, resource, "scope", (bind) => ({ scope: rowScope(who, resource.permissions.read, "t", bind) }));

/** Pages of lists, within the caller's scope. */
@Injectable()
export class RecordLists {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorSigner,
    private readonly settings: CompanySettings,
    private readonly personal: PersonalData,
    private readonly clock: Clock,
    private readonly relations: Relations,
  ) {}

  /** @param resource with the fields of the company */
  async page(resource: Resource, query: ListQuery, who: RequestContext): Promise<Page> {
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
    const rows =
      (await this.ranked(resource, query, place, who)) ??
      (await this.sorted(resource, query, place && place.slice(-query.sort.length), who));
    const hasMore = rows.length > query.limit;
    const shown = hasMore ? rows.slice(0, query.limit) : rows;
    const nextCursor = hasMore ? this.cursors.sign(placeOf(order, shown.at(-1)!), binding) : null;
    return {
      data: shown.map((row) => this.shape(resource, query, row, who)),
      page: { nextCursor, hasMore, ...(query.count && { total: await this.count(resource, query, who) }) },
    };
  }

  /**
   * The condition of a WHERE: what is not deleted, within the scope, and found by filter and `q`.
   *
   * @param scope SQL
   * @param byIndex false where `q` finds so much that its index only costs
   */
  async condition(
    resource: Resource,
    { where, q }: Pick<ListQuery, "where" | "q">,
    scope: string,
    who: RequestContext,
    values: Values,
    byIndex = true,
  ): Promise<string> {
    const parts = [...(where ? [where] : []), ...(q ? [searchFilter(q, byIndex)] : [])];
    if (parts.length === 0) return `t.deleted_at IS NULL AND (${scope})`;
    const options = await this.optionsFor(who);
    const related = where ? await this.relations.of(resource, who) : undefined;
    const wanted = filterSql(resource.fields, { and: parts }, values.bind, options, this.token, related);
    return `t.deleted_at IS NULL AND (${wanted}) AND (${scope})`;
  }

  async optionsFor(who: RequestContext): Promise<FilterOptions> {
    const settings = await this.settings.get();
    return { ...settings, timeZone: who.timeZone ?? settings.timeZone, now: this.clock.now() };
  }

  private async sorted(resource: Resource, query: ListQuery, place: Place, who: RequestContext): Promise<Row[]> {
    // What was to be ranked comes here only where too much is found.
    const many = query.q !== null && (query.ranked || (await this.findsMany(resource, query, who)));
    const rows: Row[] = [];
    for (const stretch of stretchesOf(resource.table, query.sort)) {
      const from = placeIn(stretch, place);
      if (from === undefined || rows.length > query.limit) continue;
      rows.push(...(await this.rowsOf(resource, query, stretch, from, many, who)));
    }
    return rows;
  }

  private async rowsOf(
    resource: Resource,
    query: ListQuery,
    { from, where, keys, columns, holds }: Stretch,
    place: Place,
    many: boolean,
    who: RequestContext,
  ): Promise<Row[]> {
    const { sql, values } = listParts(resource, who);
    const condition = await this.condition(resource, query, sql.scope, who, values, !many);
    const after = place ? ` AND ${afterSql(keys, place, values.bind)}` : "";
    const within = holds === "all" ? "" : ` AND ${where}`;
    const text = `SELECT ${sql.columns}${columns} FROM ${from} WHERE ${condition}${within}${after}
      ORDER BY ${orderBySql(keys)} LIMIT ${rowsFor(query.limit)}`;
    const isOnce = query.where !== null || query.q !== null;
    return isOnce ? this.database.queryOnce(text, values.list) : this.database.query(text, values.list);
  }

  /**
   * What `q` finds, what fits best first.
   *
   * @returns null where the list keeps its own order: the caller asked for one, or more is found than is ranked, which of a
   *   page that is not the first its place says
   */
  private async ranked(resource: Resource, query: ListQuery, place: Place, who: RequestContext): Promise<Row[] | null> {
    if (!query.ranked || place?.[0] === null) return null;
    const { sql, values } = listParts(resource, who);
    const condition = await this.condition(resource, query, sql.scope, who, values);
    const options = await this.optionsFor(who);
    const { found, from, many } = rankedSql(
      resource,
      query.q!,
      condition,
      place !== null,
      values.bind,
      options,
      this.token,
    );
    const keys = placedKeys(orderOf(query));
    const after = place ? ` WHERE ${afterSql(keys, place, values.bind)}` : "";
    const rows = await this.database.queryOnce(
      `${found} SELECT ${sql.columns}, t.${RANK.field.column} AS "${RANK.name}", ${many} AS "q.many" FROM ${from} t${after}
       ORDER BY ${orderBySql(keys)} LIMIT ${rowsFor(query.limit)}`,
      values.list,
    );
    return rows[0]?.["q.many"] === true ? null : rows;
  }

  /** Whether more records are found than are ranked. */
  private async findsMany(resource: Resource, query: ListQuery, who: RequestContext): Promise<boolean> {
    const { sql, values } = scopeOf(resource, who);
    const condition = await this.condition(resource, query, sql.scope, who, values);
    const [row] = await this.database.queryOnce<{ many: boolean }>(
      findsManySql(resource.table, condition),
      values.list,
    );
    return row!.many;
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

  private shape(resource: Resource, query: ListQuery, row: Row, who: RequestContext): RecordView {
    const view = shapeView(resource, row, who, this.personal);
    return query.fields ? picked(view, query.fields) : view;
  }
}

export const listParts = (resource: Resource, who: RequestContext) =>
  partsFor(who, resource, "list", (bind) => ({
    ...viewColumns(resource, who, bind),
    scope: rowScope(who, resource.permissions.read, "t", bind),
  }));

/** Of a record what was asked for, and its id; of custom fields single ones (`custom.region`) or all of them. */
function picked(view: RecordView, fields: readonly string[]): RecordView {
  const names = new Set(["id", ...fields.flatMap((name) => [name, besideName(name)])]);
  const entries = Object.entries(view).flatMap(([name, value]) => {
    if (names.has(name)) return [[name, value] as const];
    if (name !== "custom") return [];
    const some = Object.entries(value as object).filter(([one]) => names.has(`custom.${one}`));
    return some.length ? [[name, Object.fromEntries(some)] as const] : [];
  });
  return Object.fromEntries(entries) as RecordView;
}

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
    return this.page(resource, parseListQuery(open, query, defaultSort(resource, open), resource.person?.names), who);
  }

  /** A page of the list that a tree asks for. */
  search(resource: Resource, body: SearchRequest, who: RequestContext): Promise<Page> {
    const open = fieldsFor(resource, who);
    return this.page(resource, parseSearch(open, body, defaultSort(resource, open), resource.person?.names), who);
  }

  /** Counts of the records that a filter finds, and sums and averages of their fields, by group. */
  async aggregate(
    resource: Resource,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Aggregate> {
    const open = fieldsFor(resource, who);
    const asked = parseAggregate(open, query, resource.person?.names);
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
    const condition = await this.condition(resource, query, sql.scope, who, values);
    const binding = [
      resource.concept,
      query.where,
      query.sort.map(({ name, descending }) => [name, descending]),
      who.actorType,
      who.actorId,
    ];
    const place = query.cursor === null ? null : this.cursors.read(query.cursor, binding);
    const after = place ? ` AND ${afterSql(query.sort, place, values.bind)}` : "";
    const text = `SELECT ${sql.columns} FROM ${resource.table} t WHERE ${condition}${after}
      ORDER BY ${orderBySql(query.sort)} LIMIT ${rowsFor(query.limit)}`;
    const rows = await (query.where
      ? this.database.queryOnce(text, values.list)
      : this.database.query(text, values.list));
    const hasMore = rows.length > query.limit;
    const shown = hasMore ? rows.slice(0, query.limit) : rows;
    const nextCursor = hasMore ? this.cursors.sign(placeOf(query.sort, shown.at(-1)!), binding) : null;
    return {
      data: shown.map((row) => this.shape(resource, query, row, who)),
      page: { nextCursor, hasMore, ...(query.count && { total: await this.count(resource, query, who) }) },
    };
  }

  private async condition(
    resource: Resource,
    { where }: Pick<ListQuery, "where">,
    scope: string,
    who: RequestContext,
    values: Values,
  ): Promise<string> {
    if (!where) return `t.deleted_at IS NULL AND (${scope})`;
    const wanted = filterSql(resource.fields, where, values.bind, await this.optionsFor(who), this.token);
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

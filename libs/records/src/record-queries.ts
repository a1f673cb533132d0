import { rowScope, type RequestContext } from "@kehu/auth";
import { NotFound, type CustomChoice } from "@kehu/contracts";
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
import { afterSql, orderBySql, placeIn, stretchesOf, type Stretch } from "./sort.ts";
import { parseAggregate } from "./aggregate-query.ts";
import { aggregateOf, aggregateSql, type Aggregate } from "./aggregates.ts";
import { partsFor, type Values } from "./caller-sql.ts";
import { Clock } from "./clock.ts";
import { CustomFields } from "./custom-fields.ts";
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
  /** Of a choice that the company has added: its values with labels and colours, retired ones too. */
  options: readonly CustomChoice[] | null;
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
    private readonly custom: CustomFields,
  ) {}

  /**
   * @returns the record, within the caller's scope
   * @throws NotFound
   */
  async get(declared: Resource, id: string, who: RequestContext): Promise<RecordView> {
    const resource = await this.custom.of(declared);
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
  async list(declared: Resource, query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<Page> {
    const resource = await this.custom.of(declared, query);
    const open = fieldsFor(resource, who);
    return this.page(resource, parseListQuery(open, query, defaultSort(resource, open), resource.person?.names), who);
  }

  /** A page of the list that a tree asks for. */
  async search(declared: Resource, body: SearchRequest, who: RequestContext): Promise<Page> {
    const resource = await this.custom.of(declared, body);
    const open = fieldsFor(resource, who);
    return this.page(resource, parseSearch(open, body, defaultSort(resource, open), resource.person?.names), who);
  }

  /** Counts of the records that a filter finds, and sums and averages of their fields, by group. */
  async aggregate(
    declared: Resource,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Aggregate> {
    const resource = await this.custom.of(declared, query);
    const open = fieldsFor(resource, who);
    const asked = parseAggregate(open, query, resource.person?.names);
    const { sql, values } = scopeOf(resource, who);
    const condition = await this.condition(resource, asked, sql.scope, who, values);
    const { timeZone } = await this.optionsFor(who);
    const text = aggregateSql(resource, asked, condition, timeZone, who, values.bind);
    return aggregateOf(open, asked, await this.database.queryOnce(text, values.list));
  }

  /** Describes the resource's fields, as far as the caller may see them. */
  async fields(declared: Resource, who: RequestContext): Promise<{ data: FieldView[] }> {
    const resource = await this.custom.of(declared);
    return {
      data: Object.entries(fieldsFor(resource, who)).map(([name, field]) => ({
        name,
        type: field.custom?.type ?? field.kind,
        label: field.label,
        required: field.required,
        choices: field.choices ?? null,
        filterable: field.filterable,
        operators: field.filterable ? operatorsOf(field) : [],
        sortable: field.sortable,
        personal: field.personal || field.personName,
        readOnly: closed(who, resource.concept, name) === "read-only",
        custom: field.custom !== undefined,
        options: field.custom?.choices ?? null,
      })),
    };
  }

  private async page(resource: Resource, query: ListQuery, who: RequestContext): Promise<Page> {
    const binding = [
      resource.concept,
      query.where,
      query.sort.map(({ name, descending }) => [name, descending]),
      who.actorType,
      who.actorId,
    ];
    const place = query.cursor === null ? null : this.cursors.read(query.cursor, binding);
    const rows: Record<string, unknown>[] = [];
    for (const stretch of stretchesOf(resource.table, query.sort)) {
      const from = placeIn(stretch, place);
      if (from === undefined || rows.length > query.limit) continue;
      rows.push(...(await this.rowsOf(resource, query, stretch, from, who)));
    }
    const hasMore = rows.length > query.limit;
    const shown = hasMore ? rows.slice(0, query.limit) : rows;
    const nextCursor = hasMore ? this.cursors.sign(placeOf(query.sort, shown.at(-1)!), binding) : null;
    return {
      data: shown.map((row) => this.shape(resource, query, row, who)),
      page: { nextCursor, hasMore, ...(query.count && { total: await this.count(resource, query, who) }) },
    };
  }

  private async rowsOf(
    resource: Resource,
    query: ListQuery,
    stretch: Stretch,
    place: readonly unknown[] | null,
    who: RequestContext,
  ): Promise<Record<string, unknown>[]> {
    const { sql, values } = partsFor(who, resource, "list", (bind) => ({
      ...viewColumns(resource, who, bind),
      scope: rowScope(who, resource.permissions.read, "t", bind),
    }));
    const condition = await this.condition(resource, query, sql.scope, who, values);
    const after = place ? ` AND ${afterSql(stretch.keys, place, values.bind)}` : "";
    const within = stretch.holds === "all" ? "" : ` AND ${stretch.where}`;
    const text = `SELECT ${sql.columns}${stretch.columns} FROM ${stretch.from} WHERE ${condition}${within}${after}
      ORDER BY ${orderBySql(stretch.keys)} LIMIT ${rowsFor(query.limit)}`;
    return query.where ? this.database.queryOnce(text, values.list) : this.database.query(text, values.list);
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
    return query.fields ? picked(view, query.fields) : view;
  }
}

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

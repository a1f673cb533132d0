import { rowScope, type RequestContext } from "@kehu/auth";
import { NotFound } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { parseAggregate } from "./aggregate-query.ts";
import { aggregateOf, aggregateSql, type Aggregate } from "./aggregates.ts";
import { partsFor } from "./caller-sql.ts";
import { CustomFields } from "./custom-fields.ts";
import { fieldsFor } from "./field-rules.ts";
import { fieldViews, relatedViews, type FieldView, type RelatedView } from "./field-views.ts";
import type { FieldMap } from "./field.ts";
import { parseListQuery, parseSearch, type SearchRequest } from "./list-query.ts";
import { Recents } from "./recents.ts";
import { RecordLists, scopeOf, type Page } from "./record-lists.ts";
import { UNRELATED } from "./related.ts";
import { Relations } from "./relations.ts";
import type { Resource } from "./resource.ts";
import { shapeView, viewColumns, type RecordView } from "./view.ts";

const NEWEST_FIRST = ["-createdAt"];

/** What is related takes longer to find out than all else of a list. */
const filters = (query: object) => Object.keys(query).some((name) => name.startsWith("filter["));

/** An order by a field that is hidden from the caller would tell him of it. */
export function defaultSort(resource: Resource, open: FieldMap): readonly string[] {
  const own = resource.defaultSort ?? NEWEST_FIRST;
  return own.every((key) => Object.hasOwn(open, key.replace(/^-/, ""))) ? own : NEWEST_FIRST;
}

/** The one query layer: every read of a resource's rows, within the caller's scope. */
@Injectable()
export class RecordQueries {
  constructor(
    private readonly database: Database,
    private readonly personal: PersonalData,
    private readonly custom: CustomFields,
    private readonly lists: RecordLists,
    private readonly relations: Relations,
    private readonly recents: Recents,
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
    this.recents.note(resource, id, who);
    return shapeView(resource, row, who, this.personal);
  }

  /** A page of the list that a query string asks for. */
  async list(declared: Resource, query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<Page> {
    const resource = await this.custom.of(declared, query);
    const open = fieldsFor(resource, who);
    const related = filters(query) ? await this.relations.of(resource, who) : UNRELATED;
    const asked = parseListQuery(open, query, defaultSort(resource, open), resource.keywords, related);
    return this.lists.page(resource, asked, who);
  }

  /** A page of the list that a tree asks for. */
  async search(declared: Resource, body: SearchRequest, who: RequestContext): Promise<Page> {
    const resource = await this.custom.of(declared, body);
    const open = fieldsFor(resource, who);
    const related = body.where ? await this.relations.of(resource, who) : UNRELATED;
    const asked = parseSearch(open, body, defaultSort(resource, open), resource.keywords, related);
    return this.lists.page(resource, asked, who);
  }

  /** Counts of the records that a filter finds, and sums and averages of their fields, by group. */
  async aggregate(
    declared: Resource,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Aggregate> {
    const resource = await this.custom.of(declared, query);
    const open = fieldsFor(resource, who);
    const related = filters(query) ? await this.relations.of(resource, who) : UNRELATED;
    const asked = parseAggregate(open, query, resource.keywords, related);
    const { sql, values } = scopeOf(resource, who);
    const condition = await this.lists.condition(resource, asked, sql.scope, who, values);
    const { timeZone } = await this.lists.optionsFor(who);
    const text = aggregateSql(resource, asked, condition, timeZone, who, values.bind);
    return aggregateOf(open, asked, await this.database.queryOnce(text, values.list));
  }

  /** Describes the resource's fields, as far as the caller may see them, and what filters may ask of related records. */
  async fields(declared: Resource, who: RequestContext): Promise<{ data: FieldView[]; related: RelatedView[] }> {
    const resource = await this.custom.of(declared);
    return {
      data: fieldViews(fieldsFor(resource, who), resource.concept, who),
      related: relatedViews(await this.relations.of(resource, who)),
    };
  }
}

import { RecordQueries, type Resource } from "@kehu/records";
import { schemasOf, type DtoClass } from "./openapi-schemas.ts";
import type { Schema } from "./schema-changes.ts";

export interface Parameter {
  name?: string;
  in?: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema?: Schema;
  $ref?: string;
}

/** The query parameters of a list of records: filter by field and operator, order, page, selection. */
export function listParameters(resource: Resource): Parameter[] {
  const { data: fields } = RecordQueries.prototype.fields(resource);
  const filters = fields
    .filter(({ filterable }) => filterable)
    .map(({ name, operators }) => [name, filterOf(operators)] as const);
  const sortable = fields.filter((field) => field.sortable).map(({ name }) => name);
  const string: Schema = { type: "string" };
  return [
    {
      name: "filter",
      in: "query",
      description: "filter[field]=value or filter[field][operator]=value; values of `in` and `nin` with commas between",
      ...{ style: "deepObject", explode: true },
      schema: { type: "object", properties: Object.fromEntries(filters), additionalProperties: false },
    },
    {
      name: "sort",
      in: "query",
      description: `Fields with commas between, - for descending: ${sortable.join(", ")}`,
      schema: string,
    },
    ...pageParameters(),
    {
      name: "count",
      in: "query",
      description: "`exact` for `page.total`",
      schema: { type: "string", enum: ["exact"] },
    },
    { name: "fields", in: "query", description: "The fields to show, with commas between", schema: string },
  ];
}

/** The query parameters of every list. */
export const pageParameters = (): Parameter[] => [
  { name: "limit", in: "query", schema: { type: "integer", ...{ minimum: 1, maximum: 200, default: 50 } } },
  { name: "cursor", in: "query", description: "`page.nextCursor` of the page before", schema: { type: "string" } },
];

function filterOf(operators: readonly string[]): Schema {
  const value: Schema = { type: "string" };
  const properties = Object.fromEntries(operators.map((operator) => [operator, value]));
  return { anyOf: [value, { type: "object", properties, additionalProperties: false }] };
}

/** The query parameters that a class declares. */
export function queryParameters(query: DtoClass): Parameter[] {
  const schema = schemasOf([query])[query.name];
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: "query",
    ...(schema?.required?.includes(name) && { required: true }),
    schema: property,
  }));
}

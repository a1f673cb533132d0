import type { Field, FieldMap } from "./field.ts";
import { operatorsOf } from "./filter.ts";
import type { DeclaredQuery } from "./query-parameters.ts";
import { schemaOfField } from "./view.ts";

/** JSON Schema of a value in a query string. */
interface Schema {
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

/** A parameter as OpenAPI 3.1 describes it. */
export interface Parameter {
  name?: string;
  in?: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  style?: "form" | "deepObject";
  explode?: boolean;
  schema?: Schema;
  $ref?: string;
}

/** @returns the query parameters that an operation declares */
export function queryParameters({ parameters, filter }: DeclaredQuery): Parameter[] {
  const plain = Object.entries(parameters).map(([name, { description, schema, required }]): Parameter => {
    const list = (schema as Schema).type === "array";
    return {
      name,
      in: "query",
      ...(required && { required }),
      description,
      ...(list && { style: "form", explode: false }),
      schema,
    };
  });
  return filter ? [filterParameter(filter), ...plain] : plain;
}

function filterParameter(fields: FieldMap): Parameter {
  const filterable = Object.entries(fields).filter(([, { filterable }]) => filterable);
  return {
    name: "filter",
    in: "query",
    description: "filter[field]=value or filter[field][operator]=value; values of `in` and `nin` with commas between",
    style: "deepObject",
    explode: true,
    schema: {
      type: "object",
      properties: Object.fromEntries(filterable.map(([name, field]) => [name, conditionOn(field)])),
      ...conditionsThrough(filterable),
      additionalProperties: false,
    },
  };
}

/** Fields of the records that are referred to; which there are, `GET .../fields` says, as it depends on the caller. */
function conditionsThrough(filterable: readonly [string, Field][]): Pick<Schema, "patternProperties"> {
  const references = filterable.filter(([name, { target }]) => target && name.endsWith("Id"));
  const paths = references.map(([name]) => name.slice(0, -2).replace(".", "\\."));
  if (paths.length === 0) return {};
  const description = "A field of the record that is referred to, as `related` of the resource's fields lists it";
  const condition = { anyOf: [{ type: "string" }, { type: "object", additionalProperties: { type: "string" } }] };
  return { patternProperties: { [`^(${paths.join("|")})\\.`]: { description, ...condition } } };
}

function conditionOn(field: Field): Schema {
  const value = valueOf(field);
  const schemas: Partial<Record<string, Schema>> = {
    in: { type: "string", description: "Values with commas between" },
    nin: { type: "string", description: "Values with commas between" },
    isNull: { type: "boolean" },
  };
  const properties = Object.fromEntries(operatorsOf(field).map((operator) => [operator, schemas[operator] ?? value]));
  return {
    description: field.label.en,
    anyOf: [value, { type: "object", properties, additionalProperties: false }],
  };
}

const RELATIVE =
  "or today, -7d, +2w, -3m, -1y, thisWeek, lastMonth, nextQuarter or thisYear; days begin where the caller is, and in metrics where the company is";

/** A value in a query string, as `parseFilter` reads it. */
function valueOf(field: Field): Schema {
  if (field.blind === "phoneEnding") return { type: "string", description: "The last seven digits of a phone number" };
  switch (field.kind) {
    case "date":
      return { type: "string", description: `A day such as 2026-01-31, ${RELATIVE}` };
    case "instant":
      return { type: "string", description: `An instant such as 2026-01-31T09:00:00Z, or a day, ${RELATIVE}` };
    case "money":
      return {
        type: "string",
        description:
          "An amount in the currency of the company, such as 12.30, or with its own in front, such as EUR 500.00",
      };
    case "list":
      return { type: "string" };
    default:
      return schemaOfField(field);
  }
}

import { customEntries } from "./custom-fields.ts";
import { besideName, type CustomKey, type Field } from "./field.ts";
import { queryParameters, type Parameter } from "./parameter-schemas.ts";
import { aggregateParameters, listParameters } from "./query-parameters.ts";
import type { DtoClass, Resource } from "./resource.ts";
import { schemaOfField } from "./view.ts";

interface Schema {
  properties?: Record<string, object>;
}

/** What of a service's OpenAPI document its custom fields change. */
interface Document {
  paths: Record<string, { get?: { parameters?: Parameter[] } } | undefined>;
  components: { schemas: Record<string, Schema | undefined> };
}

/**
 * A service's OpenAPI document as it is while the company has these fields: in records, in what is sent for them, and in
 * the parameters of lists.
 *
 * @param text the committed document, in JSON
 * @param resources with the fields that the company has added to them
 * @returns the document in JSON
 */
export function documentWith(text: string, resources: readonly Resource[]): string {
  const document = JSON.parse(text) as Document;
  const { schemas } = document.components;
  for (const resource of resources) {
    const entries = customEntries(resource.fields).map(([, field]) => field);
    setCustom(schemas[pascal(resource.type)], shownSchema(entries));
    const { create, update } = resource.dto;
    setCustom(schemas[nameOf(create)], sentSchema(entries));
    setCustom(schemas[nameOf(update)], sentSchema(entries.map(withAllChoices)));
    const { fields } = resource;
    const path = `/v1/${resource.name}`;
    setParameters(document, path, queryParameters({ parameters: listParameters(resource), filter: fields }));
    const aggregate = queryParameters({ parameters: aggregateParameters(resource), filter: fields });
    setParameters(document, `${path}/aggregate`, aggregate);
  }
  return JSON.stringify(document);
}

type CustomField = Field & { custom: CustomKey };

const nameOf = ({ name }: DtoClass) => name;
const orNull = (schema: object) => ({ anyOf: [schema, { type: "null" }] });

function setCustom(schema: Schema | undefined, custom: object): void {
  if (schema?.properties?.["custom"]) schema.properties["custom"] = custom;
}

function setParameters({ paths }: Document, path: string, parameters: readonly Parameter[]): void {
  const operation = paths[path]?.get;
  if (!operation) return;
  const fresh = new Map(parameters.map((one) => [one.name, one]));
  operation.parameters = (operation.parameters ?? []).map((one) => fresh.get(one.name) ?? one);
}

function shownSchema(fields: readonly CustomField[]): object {
  const properties = fields.flatMap((field): [string, object][] => {
    const { name } = field.custom;
    const own: [string, object] = [name, { ...orNull(schemaOfField(withAllChoices(field))), ...titled(field) }];
    return field.target ? [own, [besideName(name), { type: ["string", "null"], readOnly: true }]] : [own];
  });
  return { type: "object", properties: Object.fromEntries(properties) };
}

/** A record may have a value that is not chosen any more, and keep it. */
function withAllChoices(field: CustomField): CustomField {
  const { options } = field;
  return options ? { ...field, choices: options.map(({ value }) => value) } : field;
}

function sentSchema(fields: readonly CustomField[]): object {
  const properties = fields.map((field): [string, object] => {
    const schema = schemaOfField(field);
    return [field.custom.name, { ...(field.required ? schema : orNull(schema)), ...titled(field) }];
  });
  return { type: "object", properties: Object.fromEntries(properties), additionalProperties: false };
}

const titled = ({ label }: Field) => ({ title: label.en });

/** As the generator of the committed document calls the schema of a record. */
const pascal = (words: string) => words.replaceAll(/(^|[-_])(\w)/g, (_, __, letter: string) => letter.toUpperCase());

import { Malformed } from "@kehu/contracts";
import { groupKeys, measures, MOST_GROUP_KEYS, MOST_MEASURES } from "./aggregate-query.ts";
import type { FieldMap } from "./field.ts";
import { LONGEST_Q, MOST_WORDS, namesOf } from "./keywords.ts";
import { DEFAULT_LIMIT, MAX_LIMIT } from "./list-query.ts";
import type { Resource } from "./resource.ts";
import { MOST_KEYS } from "./sort.ts";

/** The query string of an operation, as it came; its parser reads it over what is declared. */
export class ListParameters {
  [parameter: string]: unknown;
}

/** One parameter of a query string, as its OpenAPI document describes it. */
export interface QueryParameter {
  description: string;
  /** JSON Schema; of a list, whose values stand with commas between, `type: "array"`. */
  schema: object;
  /** Without it the operation answers 400. */
  required?: boolean;
}

/** What an operation's query string may hold. */
export interface DeclaredQuery {
  parameters: Readonly<Record<string, QueryParameter>>;
  /** Fields that `filter[<field>][<operator>]` names; none: the operation takes no filter. */
  filter?: FieldMap;
}

/** The parameters of everything that comes in pages. */
export const PAGING: DeclaredQuery["parameters"] = {
  limit: {
    description: "Entries of a page",
    schema: { type: "integer", minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  },
  cursor: { description: "`page.nextCursor` of the page before", schema: { type: "string" } },
};

/** The parameters of a list of records, besides its filters. */
export function listParameters(resource: Pick<Resource, "fields" | "keywords">): DeclaredQuery["parameters"] {
  const { fields } = resource;
  const names = Object.keys(fields);
  const sortable = names.filter((name) => fields[name]!.sortable).flatMap((name) => [name, `-${name}`]);
  return {
    sort: {
      description: "Fields with commas between, - for descending",
      schema: { type: "array", items: { type: "string", enum: sortable }, maxItems: MOST_KEYS },
    },
    ...PAGING,
    ...keywordParameter(resource),
    count: { description: "`exact` for `page.total`", schema: { type: "string", enum: ["exact"] } },
    fields: {
      description: "The fields to show, with commas between",
      schema: { type: "array", items: { type: "string", enum: names } },
    },
  };
}

/** What is encrypted is found whole only. */
function keywordParameter({ fields, keywords }: Pick<Resource, "fields" | "keywords">): DeclaredQuery["parameters"] {
  if (!keywords) return {};
  const exact = ["email", "phone"].filter((name) => Object.hasOwn(fields, name));
  const whole = exact.length ? `; or one that is the whole of ${exact.join(" or ")}` : "";
  return {
    q: {
      description:
        `Up to ${MOST_WORDS} words of which each stands in ${keywords.flatMap(namesOf).join(", ")}${whole}. ` +
        "Without `sort` what fits best comes first",
      schema: { type: "string", minLength: 1, maxLength: LONGEST_Q },
    },
  };
}

/** The parameters of an aggregate, besides its filters. */
export function aggregateParameters(resource: Pick<Resource, "fields" | "keywords">): DeclaredQuery["parameters"] {
  const { fields } = resource;
  const some = (description: string, words: string[], maxItems: number) => ({
    description,
    schema: { type: "array", items: { type: "string", ...(words.length && { enum: words }) }, maxItems },
  });
  const added = measures(fields);
  const keys = groupKeys(fields).map(({ key }) => key);
  return {
    groupBy: some("Fields with commas between; of dates and instants with a unit", keys, MOST_GROUP_KEYS),
    ...((added.length > 0 || "custom" in fields) && {
      sum: some("Fields to be summed, with commas between", added, MOST_MEASURES),
      average: some("Fields of which the average is wanted, with commas between", added, MOST_MEASURES),
    }),
    ...keywordParameter(resource),
  };
}

/** `with` of a deletion: the resources of which what refers to the record is deleted with it. */
export function withParameter({ withIt = [] }: Pick<Resource, "withIt">): DeclaredQuery["parameters"] {
  return {
    with: {
      description: "Resources with commas between: what of them refers to the record is deleted with it",
      schema: { type: "array", items: { type: "string", enum: withIt }, maxItems: withIt.length },
    },
  };
}

/**
 * @returns the resources that `with` names, each once, in the order in which they are locked
 * @throws Malformed `query.invalid` with `allowed`
 */
export function namedWith({ withIt = [] }: Pick<Resource, "withIt">, query: ListParameters): string[] {
  const given = query["with"];
  if (given === undefined) return [];
  const names = typeof given === "string" ? given.split(",") : [];
  const unknown = names.find((name) => !withIt.includes(name));
  if (names.length === 0 || unknown !== undefined)
    throw new Malformed("query.invalid", `with takes, each once and with commas between: ${withIt.join(", ")}.`, {
      allowed: withIt,
    });
  return [...new Set(names)].sort();
}

/** Metadata key of an operation's `DeclaredQuery`. */
export const QUERY = Symbol.for("kehu:query");

/**
 * Declares the query parameters of an operation; all others are refused. What `@Answers("page")` or
 * `@Answers("history")` stands on has them declared with it. Only reading and deleting take parameters: on a POST they
 * count for nothing.
 */
export const Takes =
  (parameters: DeclaredQuery["parameters"], filter?: FieldMap): MethodDecorator =>
  (_target, _key, descriptor: PropertyDescriptor) => {
    Reflect.defineMetadata(QUERY, { parameters, filter } satisfies DeclaredQuery, descriptor.value as object);
  };

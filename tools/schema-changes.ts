/** The part of JSON Schema that contracts are written in. */
export interface Schema {
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  patternProperties?: Record<string, Schema>;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
}

/**
 * Who breaks: readers of a response meet something that they do not know, writers of a request are refused. An event is
 * both: old consumers read new events, and new consumers read old ones.
 */
export type Use = "event" | "response" | "request";

/** Finds the schema that a `$ref` names. */
export type Resolve = (ref: string) => Schema;

const noRefs: Resolve = (ref) => {
  throw new Error(`There is nothing that ${ref} could name.`);
};

/**
 * What a change of schema breaks: fields removed, renamed (which is
 * removed and added), of another type or newly required, and words taken from a vocabulary.
 *
 * @returns one sentence per break, beginning with the path (`data.account.name`)
 */
export function breakingChanges(
  before: Schema,
  after: Schema,
  use: Use,
  refs: { before: Resolve; after: Resolve } = { before: noRefs, after: noRefs },
): string[] {
  const reads = use !== "request";
  const writes = use !== "response";
  const open = new Set<string>();

  function compare(path: string, old: Schema, now: Schema): string[] {
    const pair = `${old.$ref ?? ""} ${now.$ref ?? ""}`;
    const isRef = old.$ref !== undefined || now.$ref !== undefined;
    if (isRef && open.has(pair)) return [];
    if (isRef) open.add(pair);
    const found = compareKinds(path, byKind(old, refs.before), byKind(now, refs.after));
    if (isRef) open.delete(pair);
    return found;
  }

  function compareKinds(path: string, old: Map<string, Schema>, now: Map<string, Schema>): string[] {
    const gone = [...old.keys()].filter((kind) => !now.has(kind));
    const fresh = [...now.keys()].filter((kind) => !old.has(kind));
    if ((gone.length && writes) || (fresh.length && reads && old.size)) {
      return [`${path}: was ${[...old.keys()].join(" or ")}, is ${[...now.keys()].join(" or ")}`];
    }
    return [...old].flatMap(([kind, schema]) => {
      const successor = now.get(kind);
      return successor ? [...compareWords(path, schema, successor), ...compareObjects(path, schema, successor)] : [];
    });
  }

  function compareWords(path: string, old: Schema, now: Schema): string[] {
    if (!writes || !now.enum) return [];
    if (!old.enum) return [`${path}: took any value, takes ${now.enum.join(", ")} only`];
    const gone = old.enum.filter((word) => !now.enum?.includes(word));
    return gone.length ? [`${path}: no longer knows ${gone.join(", ")}`] : [];
  }

  function compareObjects(path: string, old: Schema, now: Schema): string[] {
    const [oldFields, nowFields] = [fieldsOf(old), fieldsOf(now)];
    const found = Object.entries(oldFields).flatMap(([name, schema]) => {
      const at = name === "[]" ? `${path}[]` : path ? `${path}.${name}` : name;
      const successor = nowFields[name];
      if (!successor) return [`${at}: removed`];
      const noLongerSure = reads && old.required?.includes(name) && !now.required?.includes(name);
      return [...(noLongerSure ? [`${at}: was always there, may be missing`] : []), ...compare(at, schema, successor)];
    });
    const demanded = writes ? (now.required ?? []).filter((name) => !old.required?.includes(name)) : [];
    return [...found, ...demanded.map((name) => `${path ? `${path}.` : ""}${name}: newly required`)];
  }

  return compare("", before, after);
}

/** The alternatives of a schema by what a value of each looks like: `string`, `string (date)`, `object`, `null`. */
function byKind(schema: Schema, resolve: Resolve): Map<string, Schema> {
  const kinds = new Map<string, Schema>();
  for (const one of alternatives(schema, resolve)) {
    const types =
      one.const !== undefined ? [typeof one.const] : [one.type ?? (one.properties ? "object" : "any")].flat();
    for (const type of types) {
      const kind = type === "string" && one.format ? `string (${one.format})` : type;
      const known = kinds.get(kind);
      kinds.set(kind, known ? merged(known, one) : withWords(one));
    }
  }
  return kinds;
}

function alternatives(schema: Schema, resolve: Resolve): Schema[] {
  if (schema.$ref !== undefined) return alternatives(resolve(schema.$ref), resolve);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap((choice) => alternatives(choice, resolve));
  if (schema.allOf) return [schema.allOf.flatMap((part) => alternatives(part, resolve)).reduce(joined)];
  return [schema];
}

const withWords = (schema: Schema): Schema =>
  schema.const === undefined ? schema : { ...schema, enum: [schema.const] };

/** Either of two alternatives of the same kind. */
function merged(a: Schema, b: Schema): Schema {
  const words = [a, withWords(b)].map((one) => one.enum);
  return {
    ...joined(a, b),
    required: (a.required ?? []).filter((name) => b.required?.includes(name)),
    enum: words[0] && words[1] ? [...words[0], ...words[1]] : undefined,
  };
}

/** Both of two parts. */
const joined = (a: Schema, b: Schema): Schema => ({
  ...a,
  ...b,
  properties: { ...a.properties, ...b.properties },
  required: [...(a.required ?? []), ...(b.required ?? [])],
});

/** Properties, and items or further properties as one more under a name that no property has. */
function fieldsOf(schema: Schema): Record<string, Schema> {
  const further = [schema.additionalProperties, ...Object.values(schema.patternProperties ?? {})].find(
    (one): one is Schema => typeof one === "object",
  );
  return { ...schema.properties, ...(schema.items && { "[]": schema.items }), ...(further && { "*": further }) };
}

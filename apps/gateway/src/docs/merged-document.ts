import type { OpenApiDocument } from "../routing/document.ts";

/**
 * One document of several: all paths, all schemas. Where two services give different schemas one name, the later one's
 * gets the service's name in front.
 *
 * @param own the gateway's document; its head (openapi, info, security) is taken over
 * @param services documents by service
 */
export function mergeDocuments(own: OpenApiDocument, services: ReadonlyMap<string, OpenApiDocument>): OpenApiDocument {
  const schemas: Record<string, unknown> = { ...own.components?.schemas };
  const paths = { ...own.paths };
  for (const [service, document] of services) {
    const { paths: theirPaths, components } = withoutClashes(service, document, schemas);
    Object.assign(schemas, components?.schemas);
    for (const [path, item] of Object.entries(theirPaths)) paths[path] = { ...item, ...paths[path] };
  }
  const sorted = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...own, paths: sorted, components: { ...own.components, schemas } };
}

type Schemas = Readonly<Record<string, unknown>>;

const refTo = (name: string) => `"#/components/schemas/${name}"`;

function withoutClashes(service: string, document: OpenApiDocument, taken: Schemas): OpenApiDocument {
  const theirs = document.components?.schemas ?? {};
  const clashes = clashesOf(theirs, taken);
  if (clashes.length === 0) return document;
  const prefix = service.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
  const names = new Map(clashes.map((name) => [name, freshName(prefix, name, { ...taken, ...theirs })]));
  let text = JSON.stringify(document);
  for (const [name, fresh] of names) text = text.replaceAll(refTo(name), refTo(fresh));
  const renamed = JSON.parse(text) as OpenApiDocument;
  const schemas = Object.entries(renamed.components?.schemas ?? {});
  const named = Object.fromEntries(schemas.map(([name, schema]) => [names.get(name) ?? name, schema]));
  return { ...renamed, components: { ...renamed.components, schemas: named } };
}

/** The names that mean something else here: by their own schema, or by one that it refers to. */
function clashesOf(theirs: Schemas, taken: Schemas): string[] {
  const alike = Object.keys(theirs).filter((name) => name in taken);
  let clashes: string[] = [];
  for (let known = -1; known < clashes.length;) {
    known = clashes.length;
    clashes = alike.filter((name) => {
      const text = JSON.stringify(theirs[name]);
      return text !== JSON.stringify(taken[name]) || clashes.some((other) => text.includes(refTo(other)));
    });
  }
  return clashes;
}

function freshName(prefix: string, name: string, used: Schemas): string {
  const fresh = prefix + name;
  return fresh in used ? freshName(prefix, fresh, used) : fresh;
}

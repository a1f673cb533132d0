import type { OpenApiDocument } from "../routing/openapi.ts";

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

function withoutClashes(
  service: string,
  document: OpenApiDocument,
  taken: Readonly<Record<string, unknown>>,
): OpenApiDocument {
  const theirs = document.components?.schemas ?? {};
  const clashes = Object.keys(theirs).filter(
    (name) => name in taken && JSON.stringify(taken[name]) !== JSON.stringify(theirs[name]),
  );
  if (clashes.length === 0) return document;
  const prefix = service.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
  let text = JSON.stringify(document);
  for (const name of clashes)
    text = text.replaceAll(`"#/components/schemas/${name}"`, `"#/components/schemas/${prefix}${name}"`);
  const renamed = JSON.parse(text) as OpenApiDocument;
  const schemas = Object.entries(renamed.components?.schemas ?? {});
  const named = Object.fromEntries(
    schemas.map(([name, schema]) => [clashes.includes(name) ? prefix + name : name, schema]),
  );
  return { ...renamed, components: { ...renamed.components, schemas: named } };
}

import type { OpenApi, Operation, Response } from "./openapi-operations.ts";
import { breakingChanges, type Resolve, type Schema } from "./schema-changes.ts";

/**
 * Changes of an API since the last release that break clients: operations removed, fields of answers removed or of
 * another type, fields of requests removed, of another type or newly required, parameters removed or newly required.
 *
 * @returns one line per break: method, path and what happened
 */
export function breakingOperations(before: OpenApi, now: OpenApi): string[] {
  return Object.entries(before.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, old]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const operation = now.paths[path]?.[method];
      if (!operation) return [`${name}: removed`];
      return breaksOf(old, operation, { before: resolverOf(before), after: resolverOf(now) }).map(
        (text) => `${name}: ${text}`,
      );
    }),
  );
}

interface Refs {
  before: Resolve;
  after: Resolve;
}

function breaksOf(old: Operation, now: Operation, refs: Refs): string[] {
  return [...parameterBreaks(old, now), ...requestBreaks(old, now, refs), ...answerBreaks(old, now, refs)];
}

function parameterBreaks(old: Operation, now: Operation): string[] {
  const keyOf = (parameter: Operation["parameters"][number]) => parameter.$ref ?? `${parameter.in} ${parameter.name}`;
  const [before, after] = [old, now].map(({ parameters }) => new Map(parameters.map((one) => [keyOf(one), one])));
  const gone = [...before!.keys()].filter((key) => !after!.has(key)).map((key) => `parameter ${key}: removed`);
  const kept = [...before!].flatMap(([key, { schema }]) => {
    const successor = after!.get(key)?.schema;
    return schema && successor ? prefixed(`parameter ${key}`, breakingChanges(schema, successor, "request")) : [];
  });
  const demanded = [...after!]
    .filter(([key, { required }]) => required && !before!.get(key)?.required && !key.startsWith("path "))
    .map(([key]) => `parameter ${key}: newly required`);
  return [...gone, ...kept, ...demanded];
}

function requestBreaks(old: Operation, now: Operation, refs: Refs): string[] {
  const [before, after] = [old, now].map(({ requestBody }) => jsonOf(requestBody));
  if (!before) return after ? ["request: a body is newly required"] : [];
  return after ? prefixed("request", breakingChanges(before, after, "request", refs)) : [];
}

function answerBreaks(old: Operation, now: Operation, refs: Refs): string[] {
  return Object.entries(old.responses).flatMap(([status, response]) => {
    if (!status.startsWith("2")) return [];
    const successor = now.responses[status];
    if (!successor) return [`answer ${status}: removed`];
    const [before, after] = [response, successor].map((one) => jsonOf(one as Response));
    if (!before) return [];
    return after
      ? prefixed(`answer ${status}`, breakingChanges(before, after, "response", refs))
      : [`answer ${status}: has no body`];
  });
}

const prefixed = (where: string, texts: string[]) => texts.map((text) => `${where}: ${text}`);

const jsonOf = (holder: { content?: Record<string, { schema: Schema }> } | undefined): Schema | undefined =>
  holder?.content?.["application/json"]?.schema;

const resolverOf =
  (document: OpenApi): Resolve =>
  (ref) => {
    const schema = document.components.schemas[ref.replace("#/components/schemas/", "")];
    if (!schema) throw new Error(`${ref} is not in the document.`);
    return schema;
  };

import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { Schema } from "./schema-changes.ts";

/** What the source says about a handler: its comment and the shape of its answer. */
export interface HandlerFacts {
  description: string;
  answer: Schema | undefined;
}

/**
 * Reads the handlers of all controllers from the source, so that a response schema is the handler's return type and
 * nobody writes it twice. Kept under node_modules/.cache until a source file changes.
 *
 * @returns facts by `<app>/<Controller>.<method>`; libraries' controllers have their library's name as `<app>`
 */
export function handlerFacts(root: string): Map<string, HandlerFacts> {
  const cache = join(root, "node_modules/.cache/kehu/handlers.json");
  const key = keyOfSources(root);
  const kept = existsSync(cache) ? (JSON.parse(readFileSync(cache, "utf8")) as Kept) : undefined;
  if (kept?.key === key) return new Map(kept.facts);
  const facts = readHandlers(root);
  mkdirSync(dirname(cache), { recursive: true });
  writeFileSync(cache, JSON.stringify({ key, facts } satisfies Kept));
  return new Map(facts);
}

interface Kept {
  key: string;
  facts: [string, HandlerFacts][];
}

function keyOfSources(root: string): string {
  const hash = createHash("sha256");
  const sources = globSync(["{apps,libs}/*/src/**/*.ts", "tsconfig*.json", "package-lock.json"], { cwd: root });
  for (const file of [...sources.sort().map((one) => join(root, one)), import.meta.filename]) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function readHandlers(root: string): Kept["facts"] {
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile.bind(ts.sys));
  const { options } = ts.parseJsonConfigFileContent(
    { ...config.config, include: [] as string[], files: [] },
    ts.sys,
    root,
  );
  const files = globSync("{apps,libs}/*/src/**/*.controller.ts", { cwd: root }).map((file) => join(root, file));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  return files.flatMap((file) => {
    const project = file.slice(root.length).split(/[\\/]/).filter(Boolean)[1]!;
    return methodsIn(program.getSourceFile(file)!).map((method): [string, HandlerFacts] => {
      const controller = method.parent.name!.getText();
      return [`${project}/${controller}.${method.name.getText()}`, factsOf(checker, method)];
    });
  });
}

type Method = ts.MethodDeclaration & { parent: ts.ClassDeclaration };

/** Methods of the classes of a file, also of those that a function makes. */
function methodsIn(node: ts.Node): Method[] {
  const own = ts.isClassDeclaration(node) && node.name ? (node.members.filter(ts.isMethodDeclaration) as Method[]) : [];
  const inner: Method[] = [];
  ts.forEachChild(node, (child) => void inner.push(...methodsIn(child)));
  return [...own, ...inner];
}

function factsOf(checker: ts.TypeChecker, method: ts.MethodDeclaration): HandlerFacts {
  const signature = checker.getSignatureFromDeclaration(method);
  const symbol = checker.getSymbolAtLocation(method.name);
  const result = signature && checker.getAwaitedType(checker.getReturnTypeOfSignature(signature));
  const isReply = result?.getSymbol()?.name === "WriteReply";
  const answer = isReply ? checker.getTypeArguments(result as ts.TypeReference)[0] : result;
  return {
    description: ts.displayPartsToString(symbol?.getDocumentationComment(checker)).trim(),
    answer: answer && schemaOfType(checker, answer, method, []),
  };
}

/** Stands for "a record of the controller's resource" until the resource is known. */
export const RECORD = "#record";

/** JSON Schema of what `JSON.stringify` makes of a value of the type; undefined where there is no value. */
function schemaOfType(checker: ts.TypeChecker, type: ts.Type, at: ts.Node, open: ts.Type[]): Schema | undefined {
  const inner = (one: ts.Type) => schemaOfType(checker, one, at, [...open, type]);
  if (type.aliasSymbol?.name === "RecordView") return { $ref: RECORD };
  if (type.flags & (ts.TypeFlags.Void | ts.TypeFlags.Undefined | ts.TypeFlags.Never)) return undefined;
  if (type.flags & ts.TypeFlags.Null) return { type: "null" };
  if (type.isStringLiteral() || type.isNumberLiteral()) return { type: typeof type.value, enum: [type.value] };
  if (type.flags & ts.TypeFlags.StringLike) return { type: "string" };
  if (type.flags & ts.TypeFlags.NumberLike) return { type: "number" };
  if (type.flags & ts.TypeFlags.BooleanLike) return { type: "boolean" };
  if (type.isUnion()) return unionOf(type.types.map(inner).filter((one) => one !== undefined));
  if (!(type.flags & ts.TypeFlags.Object) && !type.isIntersection()) return {};
  const name = type.getSymbol()?.name ?? "";
  if (name === "Date") return { type: "string", format: "date-time" };
  if (["Buffer", "Uint8Array", "StreamableFile"].includes(name)) return { type: "string", format: "binary" };
  if (open.includes(type)) return { type: "object" };
  if (checker.isArrayLikeType(type)) {
    const item = checker.getTypeArguments(type as ts.TypeReference)[0];
    return { type: "array", items: (item && inner(item)) ?? {} };
  }
  return objectOf(checker, type, at, inner);
}

type Inner = (type: ts.Type) => Schema | undefined;

function objectOf(checker: ts.TypeChecker, type: ts.Type, at: ts.Node, inner: Inner): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const property of checker.getPropertiesOfType(type)) {
    const schema = inner(checker.getTypeOfSymbolAtLocation(property, at));
    if (!schema || property.flags & ts.SymbolFlags.Method) continue;
    const description = ts.displayPartsToString(property.getDocumentationComment(checker));
    properties[property.name] = description ? { ...schema, description } : schema;
    if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
  }
  const further = checker.getIndexInfoOfType(type, ts.IndexKind.String);
  return {
    type: "object",
    ...(Object.keys(properties).length && { properties }),
    ...(required.length && { required }),
    ...(further && { additionalProperties: inner(further.type) ?? {} }),
  };
}

/** Words of one type become one vocabulary; `true | false` becomes boolean. */
function unionOf(schemas: Schema[]): Schema {
  const words = schemas.filter((one) => one.enum);
  const others = [...new Map(schemas.filter((one) => !one.enum).map((one) => [JSON.stringify(one), one])).values()];
  const all = words.length
    ? [{ type: words[0]!.type, enum: words.flatMap((one) => one.enum ?? []) }, ...others]
    : others;
  return all.length === 1 ? all[0]! : { anyOf: all };
}

import { accessOf, declaredCost, type Access } from "@kehu/auth";
import { EVENTS } from "@kehu/contracts";
import { ParseId } from "@kehu/http";
import { ANSWER, ListParameters, QUERY, type Answer, type DeclaredQuery } from "@kehu/records";
import { RequestMethod, type INestApplicationContext } from "@nestjs/common";
import { ModulesContainer } from "@nestjs/core";
import type { DtoClass } from "./openapi-schemas.ts";

/** One handler of a controller, with what its decorators declare. */
export interface Handler {
  /** `Accounts.list`: the operation's name in clients. */
  id: string;
  /** Controller and method in the source: `AccountsController.list`. */
  source: string;
  access: Access;
  /** What @Cost gives. */
  cost: number | undefined;
  body: DtoClass | undefined;
  query: DeclaredQuery | undefined;
  /** Names of path parameters that are ids of records. */
  ids: string[];
  answer: Answer | undefined;
  /** The status that @HttpCode gives. */
  status: number | undefined;
  /** The media type that @Header gives. */
  mediaType: string | undefined;
}

type Controller = (new (...parameters: never[]) => object) & { prototype: Record<string, object> };

/** Where Nest keeps what its decorators say (@nestjs/common/constants). */
const METHOD = "method";
const STATUS = "__httpCode__";
const HEADERS = "__headers__";
const EVENT_EXTRAS = "microservices:pattern_extras";
const ARGUMENTS = "__routeArguments__";
const BODY = "3";
const QUERY_STRING = "4";
const PATH = "5";

export const operationId = (controller: string, method: string) => `${controller.replace(/Controller$/, "")}.${method}`;

/**
 * Reads all handlers of an application.
 *
 * @throws Error that lists each handler without a declared access, each @Body that is no class, and each @Query that is
 * not what the handler declares
 */
export function handlersOf(app: INestApplicationContext): Map<string, Handler> {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  const faults: string[] = [];
  const handlers = new Map<string, Handler>();
  for (const controller of new Set(controllers.map(({ metatype }) => metatype as unknown as Controller))) {
    for (const method of methodsOf(controller, METHOD)) {
      const source = `${ownerOf(controller, method)}.${method}`;
      const access = accessOf(controller.prototype[method]!, controller);
      const [body, parameters] = [BODY, QUERY_STRING].map((kind) => classOf(controller, method, kind));
      const query = queryOf(controller.prototype[method]!);
      if (!access) faults.push(`${source}: no permission is declared, nor @Public()`);
      if (body === Object) faults.push(`${source}: its @Body() is no class, so nothing checks it`);
      if (parameters && parameters !== ListParameters)
        faults.push(`${source}: its @Query() is no ListParameters, so nothing checks it`);
      if (parameters && !query) faults.push(`${source}: its query parameters are not declared (@Takes)`);
      if (!parameters && query) faults.push(`${source}: it declares query parameters and reads none`);
      if (!access) continue;
      const id = operationId(controller.name, method);
      if (handlers.has(id)) faults.push(`${source}: another handler has this name`);
      const answer = Reflect.getMetadata(ANSWER, controller.prototype[method]!) as Answer | undefined;
      const status = Reflect.getMetadata(STATUS, controller.prototype[method]!) as number | undefined;
      const ids = argumentsOf(controller, method, PATH).filter(({ pipes }) => pipes?.includes(ParseId));
      const mediaType = mediaTypeOf(controller.prototype[method]!);
      handlers.set(id, {
        id,
        source,
        access,
        cost: declaredCost(controller.prototype[method]!),
        body,
        query,
        ids: ids.map(({ data }) => String(data)),
        answer,
        status,
        mediaType,
      });
    }
    faults.push(...unknownEventsOf(controller));
  }
  if (faults.length) throw new Error(faults.join("\n"));
  return handlers;
}

function mediaTypeOf(handler: object): string | undefined {
  const headers = (Reflect.getMetadata(HEADERS, handler) ?? []) as { name: string; value: string }[];
  return headers.find(({ name }) => name === "content-type")?.value.split(";")[0];
}

/** What may stand in the handler's query string; only reading and deleting take one (libs/http, `checkQuery`). */
function queryOf(handler: object): DeclaredQuery | undefined {
  if (![RequestMethod.GET, RequestMethod.DELETE].includes(Reflect.getMetadata(METHOD, handler) as number))
    return undefined;
  return Reflect.getMetadata(QUERY, handler) as DeclaredQuery | undefined;
}

function unknownEventsOf(controller: Controller): string[] {
  return methodsOf(controller, EVENT_EXTRAS).flatMap((method) => {
    const { types = [] } = Reflect.getMetadata(EVENT_EXTRAS, controller.prototype[method]!) as { types?: string[] };
    const unknown = types.filter((type) => !Object.hasOwn(EVENTS, type));
    return unknown.map((type) => `${controller.name}.${method}: there is no event type ${type}`);
  });
}

/** Name of the class in whose source a method stands. */
function ownerOf(controller: Controller, method: string): string {
  let one = controller.prototype;
  while (!Object.hasOwn(one, method)) one = Object.getPrototypeOf(one) as typeof one;
  return one.constructor.name;
}

/** Names of the methods, inherited ones too, that carry the metadata. */
function methodsOf(controller: Controller, metadata: string): string[] {
  const names = new Set<string>();
  for (let one = controller.prototype; one !== Object.prototype; one = Object.getPrototypeOf(one) as typeof one) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(one))) {
      if (typeof value === "function" && Reflect.hasMetadata(metadata, value as object)) names.add(name);
    }
  }
  return [...names];
}

interface Argument {
  index: number;
  data?: unknown;
  pipes?: unknown[];
}

function argumentsOf(controller: Controller, method: string, kind: string): Argument[] {
  const all = (Reflect.getMetadata(ARGUMENTS, controller, method) ?? {}) as Record<string, Argument>;
  return Object.entries(all).flatMap(([key, argument]) => (key.startsWith(`${kind}:`) ? argument : []));
}

/** The class of a handler's body or query; undefined where it takes none, or one value of it by name. */
function classOf(controller: Controller, method: string, kind: string): DtoClass | undefined {
  const whole = argumentsOf(controller, method, kind).find(({ data }) => data === undefined);
  if (!whole) return undefined;
  const types = Reflect.getMetadata("design:paramtypes", controller.prototype, method) as DtoClass[];
  return types[whole.index];
}

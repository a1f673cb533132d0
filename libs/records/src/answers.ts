import { HttpCode } from "@nestjs/common";
import { aggregateParameters, listParameters, PAGING, Takes } from "./query-parameters.ts";
import type { Resource } from "./resource.ts";

/** What an operation answers with, `records` being a page of what no query string chose; the OpenAPI generator makes the response's schema of it. */
export type Shape = "page" | "records" | "aggregate" | "record" | "created" | "nothing" | "history" | "fields" | "bulk";

export interface Answer {
  shape: Shape;
  resource: Resource;
}

/** Metadata key of an operation's `Answer`. */
export const ANSWER = Symbol.for("kehu:answer");

const STATUS: Readonly<Record<Shape, number>> = {
  page: 200,
  records: 200,
  aggregate: 200,
  record: 200,
  created: 201,
  nothing: 204,
  history: 200,
  fields: 200,
  bulk: 200,
};

/** Declares what an operation answers with, and its status; of a list, what its query string may hold. */
export const Answers =
  (shape: Shape, resource: Resource): MethodDecorator =>
  (target, key, descriptor: PropertyDescriptor) => {
    Reflect.defineMetadata(ANSWER, { shape, resource } satisfies Answer, descriptor.value as object);
    HttpCode(STATUS[shape])(target, key, descriptor);
    if (shape === "page") Takes(listParameters(resource), resource.fields)(target, key, descriptor);
    if (shape === "aggregate") Takes(aggregateParameters(resource), resource.fields)(target, key, descriptor);
    if (shape === "history" || shape === "records") Takes(PAGING)(target, key, descriptor);
  };

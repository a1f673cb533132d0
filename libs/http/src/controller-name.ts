import type { Resource } from "@kehu/records";
import type { Type } from "@nestjs/common";

/**
 * Operations are called after their controller: of controllers that are made for each resource, each has its own name.
 *
 * @returns the same class, called `AccountViewsController`
 */
export function controllerName(controller: Type, { type }: Resource, ending: string): Type {
  const pascal = type.replaceAll(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
  Object.defineProperty(controller, "name", { value: pascal + ending });
  return controller;
}

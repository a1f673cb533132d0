import type { Actor, Place } from "./policy-model.ts";
import type { World } from "./world.ts";

export interface Operation {
  method: string;
  /** As in the OpenAPI document. */
  path: string;
}

/** For whom and about what one request is made. */
export interface Subject {
  world: World;
  actor: Actor;
  place: Place | null;
  /** Of the record in the path. */
  id: string;
}

/** How the request of an operation is made. */
export interface Recipe {
  body?: (subject: Subject) => object | Promise<object>;
  /** The query string, from its question mark on. */
  query?: (subject: Subject) => string;
  /** What a record has to be like for the operation to be possible, as an import says it. */
  given?: object;
  /** The same, where it takes requests. */
  ready?: (world: World, id: string) => Promise<void>;
  /** Where the subject of the path can stand, where it is no record of a resource; and what it is. */
  places?: readonly Place[];
  /** Why it cannot be asked about what stands in a place, though it could stand there. */
  why?: Readonly<Partial<Record<Place, string>>>;
  subject?: (world: World, actor: Actor, place: Place, path: string) => Promise<string>;
  /** The table of that subject. */
  table?: (path: string) => string;
  /** The caller's token, where it is to be another than his usual one. */
  token?: (world: World, actor: Actor) => Promise<string>;
  /** Its refusal of what is absent, where it is not 404. */
  absent?: number;
  /** What it answers in this install to whoever may do it, where that is no success. */
  done?: number;
  /** Where it does nothing to the record itself, though it is done. */
  leaves?: readonly Place[] | "all";
}

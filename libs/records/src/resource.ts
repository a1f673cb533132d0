import { isOwnerless, type Bind, type Permission, type RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import type { DomainEvent, EventType } from "@kehu/contracts";
import type { Reach } from "@kehu/personal-data";
import type { Field, FieldMap, ReferenceTarget } from "./field.ts";
import { checkKeywords, type Keyword } from "./keywords.ts";
import { OwnedEntity } from "./owned.entity.ts";
import type { Change, RecordEntity } from "./record.entity.ts";

export type EntityClass<T extends RecordEntity> = new () => T;
export type DtoClass<D extends object = object> = new () => D;

/**
 * What a change brings about in records of another resource of the same service: new ones, of which `items` are what
 * `open` takes, references as ids; or changes of those that are there, whether the caller may reach them or not.
 */
export type Consequence =
  | { readonly resource: Resource; readonly items: readonly object[] }
  | {
      readonly resource: Resource;
      readonly ids: readonly string[];
      readonly decide: (record: never, now: Date) => DomainEvent[];
    };

/** A record that has got values back from before an import, in these properties; none where it is to go. */
export interface GivenBack {
  readonly record: RecordEntity;
  readonly properties: readonly string[];
}

/** Rows that belong to records of a resource; `column` has the record's id. */
export interface Part {
  readonly table: string;
  readonly column: string;
}

/** The person whom a record is about. */
export interface Person<T extends RecordEntity = RecordEntity> {
  /** The property with his id; its column is `person_id`. A record without one counts as a person of its own. */
  readonly id: string;
  /** Where he is reached: what is found by `blind_index`, a column that the table then has. */
  reach?(record: T): Reach;
}

/** Whom an export of personal data is about: the person, and the ids of the records that are he. */
export interface Subject {
  readonly personId: string;
  readonly contactIds: readonly string[];
  readonly leadIds: readonly string[];
}

/** A kind of record that has the common operations: read, list, search, create, change, delete, history, bulk. */
export interface Resource<T extends RecordEntity = RecordEntity> {
  /** Last part of the path: `accounts`. */
  readonly name: string;
  /** Type of a record in links and external ids: `account`. */
  readonly type: string;
  /** Area and concept, the start of its event types: `customer.account`. */
  readonly concept: string;
  /** The event type of its snapshots. */
  readonly snapshot: EventType;
  /** The event type of a change that is nothing more; of records that are never changed there is none. */
  readonly updated?: EventType;
  /** The event type of its end, where what was deleted is purged after a time. */
  readonly purged?: EventType;
  /** Names of resources of its service whose records, where they refer to one of its own, are deleted with it on request. */
  readonly withIt?: readonly string[];
  /** Tables of its service with what belongs to a record besides: rows that go with it. */
  readonly parts?: readonly Part[];
  /** Its table, in the schema of its service. */
  readonly table: string;
  readonly entity: EntityClass<T>;
  readonly permissions: {
    readonly read: Permission;
    readonly write: Permission;
    readonly import: Permission;
    /** Of what can be taken out as a file. */
    readonly export?: Permission;
  };
  /** What may be filtered, sorted and shown. */
  readonly fields: FieldMap;
  /**
   * By what `q` finds its records, and first by what one is called. The table has an index over all of them:
   * `USING gin (grams_from(folded(name || chr(31) || coalesce(website, ''))))`.
   */
  readonly keywords?: readonly Keyword[];
  /** Where its records are about persons, with whose keys their personal fields are encrypted. */
  readonly person?: Person<T>;
  /**
   * SQL of the ids of its records that name a person, deleted ones too, for the export of all that is held about him.
   * Where it is left out, and the records are about persons, it is those about him.
   */
  readonly naming?: (subject: Subject, bind: Bind) => string;
  /** Classes that validate what a caller sends. */
  readonly dto: { readonly create: DtoClass; readonly update: DtoClass; readonly import: DtoClass };
  /**
   * Loads, with one query for all items, what the entity needs to know of other rows to decide about them; handed to
   * `open`, `update` and `imported`. The references in the items are ids by then.
   *
   * `births`: how many of the items become new records, at most.
   */
  readonly context?: (tx: Tx, items: readonly object[], births: number, who: RequestContext) => Promise<unknown>;
  /** What changes of this resource bring about in the same transaction, such as a withdrawal by a member who opted out. */
  readonly consequences?: (tx: Tx, changes: readonly Change[]) => Promise<readonly Consequence[]>;
  /**
   * Loads what entities need to know of other rows to decide whether they may go, or stand as they were before an import; handed
   * to `remove` and `mustStand`.
   */
  readonly usage?: (tx: Tx, back: readonly GivenBack[]) => Promise<unknown>;
  /** Properties of which a rollback of an import gives back all or none: by one alone the others would say something else. */
  readonly together?: readonly (readonly string[])[];
  /** True where a rollback of an import leaves changes as they are, since not everybody may make them; new records go all the same. */
  readonly keepsChanges?: boolean;
  /** Order of a list when the caller asks for none; `-createdAt` where it is not given. */
  readonly defaultSort?: readonly string[];
}

/**
 * Declares a resource; the literal is checked and kept as it is.
 *
 * @throws Error where people own the records but no scope could reach them, or the other way round; or where records
 *   refer to contacts or leads, and nothing says which of them an export of everything about a person has to hold; or
 *   where a keyword is no text
 */
export function resource<T extends RecordEntity>(definition: Resource<T>): Resource<T> {
  const isOwned = definition.entity.prototype instanceof OwnedEntity;
  if (isOwned === isOwnerless(definition.permissions.read))
    throw new Error(
      `OWNERLESS in libs/auth/src/permissions.ts must ${isOwned ? "not " : ""}name ${definition.concept}.`,
    );
  if (!definition.person && !definition.naming && Object.values(definition.fields).some(refersToPersons))
    throw new Error(
      `${definition.concept} refers to contacts or leads: its resource says by \`naming\` which name a person.`,
    );
  checkKeywords(definition.concept, definition.fields, definition.keywords ?? []);
  return definition;
}

function refersToPersons({ target, elements }: Field): boolean {
  const listed = elements && "targets" in elements ? Object.values(elements.targets) : [elements?.target];
  return [target, ...listed].some((one) => one !== undefined && namesPersons(one));
}

/** @returns true for references to persons */
export const namesPersons = ({ type }: ReferenceTarget) => type === "contact" || type === "lead";

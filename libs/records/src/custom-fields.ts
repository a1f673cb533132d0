import { Database } from "@kehu/database";
import type { CustomChoice, CustomType } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import { setTimeout as wait } from "node:timers/promises";
import { USERS, type CustomKey, type Field, type FieldMap, type Label, type ReferenceTarget } from "./field.ts";
import type { RecordEntity } from "./record.entity.ts";
import { hasUnlisted } from "./listed-values.ts";
import type { Resource } from "./resource.ts";
import { listed, NO_VOCABULARIES, readVocabularies, ruledFields } from "./vocabularies.ts";

/** A definition, as far as records need it. */
export interface Definition {
  resource: string;
  name: string;
  type: CustomType;
  label: Label;
  required: boolean;
  filterable: boolean;
  sortable: boolean;
  choices: CustomChoice[] | null;
  target: string | null;
  vocabulary: string | null;
}

const REFRESH_MS = 1_000;
/** How long a new field waits for the copy of its vocabulary. */
const PATIENCE_MS = 2_000;
const POLL_MS = 50;

/**
 * The fields that the company has added, from the definitions in the database, and the values that it lets be chosen, from
 * the copy of its vocabularies. They are read at most once a second, so a replica may answer that long without a field that
 * another one has just made; whoever names it is not refused.
 */
@Injectable()
export class CustomFields {
  private readonly targets = new Map<string, ReferenceTarget>();
  private readonly resources = new Set<Resource>();
  private definitions: readonly Definition[] = [];
  private vocabularies = NO_VOCABULARIES;
  private text = "[]";
  private readAt = -Infinity;
  private changedAt = -Infinity;
  private reading: Promise<void> | null = null;
  private made = new WeakMap<Resource, Resource>();
  private extendedOnes: readonly Resource[] | null = null;

  constructor(private readonly database: Database) {}

  /** Lets fields be added to a resource that has any, and lets them refer to what its records refer to. */
  register(resource: Resource): void {
    const { fields } = resource;
    if (Object.hasOwn(fields, "custom")) this.resources.add(resource);
    for (const { target, elements } of Object.values(fields)) {
      const listed = elements && "targets" in elements ? Object.values(elements.targets) : [elements?.target];
      for (const one of [target, ...listed]) if (one && one.type !== USERS.type) this.targets.set(one.type, one);
    }
  }

  /** Types of records that fields of this service refer to. */
  get targetTypes(): string[] {
    return [...this.targets.keys()].sort();
  }

  /**
   * @param resource as it is declared
   * @param asked what a caller sent; where it names a field that is not known, the definitions are read again
   * @returns the resource with the fields of the company, or as it is where there are none
   */
  async of<T extends RecordEntity>(resource: Resource<T>, asked?: object): Promise<Resource<T>> {
    if (!Object.hasOwn(resource.fields, "custom")) return resource;
    while (this.readAt < Math.max(this.changedAt, performance.now() - REFRESH_MS)) {
      await (this.reading ??= this.read().finally(() => (this.reading = null)));
    }
    // A read that runs already may have begun before the field was made.
    if (asked && this.isNew(resource, asked)) await this.read();
    return this.extended(resource);
  }

  /** @returns the resources to which the company has added fields, with these; the same list while they are the same */
  async extendedResources(): Promise<readonly Resource[]> {
    const all = await Promise.all([...this.resources].map((one) => this.of(one)));
    return (this.extendedOnes ??= all.filter((one) => customEntries(one.fields).length > 0));
  }

  /** Waits until the copy of a vocabulary that was just made is there, or patience ends. */
  async arrival(vocabulary: string): Promise<void> {
    const sql = "SELECT 1 FROM vocabulary_copy WHERE name = $1 AND deleted_at IS NULL";
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await wait(POLL_MS))
      if ((await this.database.query(sql, [vocabulary])).length > 0) return;
  }

  /** Reads the definitions again with the next question: one has changed. */
  forget(): void {
    this.changedAt = performance.now();
  }

  private isNew(resource: Resource, asked: object): boolean {
    const made = this.extended(resource);
    const unknown = namesIn(asked).filter((name) => !Object.hasOwn(made.fields, name));
    const records = Array.isArray(asked) ? (asked as { data: object }[]).map(({ data }) => data) : [asked];
    if (unknown.length === 0) return records.some((one) => hasUnlisted(made, one));
    if (!asksOfRelated(asked)) return true;
    // They may be those of related records, which are asked about by the same names.
    const known = new Set(this.definitions.map(({ name }) => `custom.${name}`));
    return unknown.some((name) => !known.has(name));
  }

  private async read(): Promise<void> {
    const at = performance.now();
    const [definitions, vocabularies] = await Promise.all([
      this.database.query<Definition & Record<string, unknown>>(
        `SELECT resource, name, type, label, required, filterable, sortable, choices, target, vocabulary FROM custom_field
         WHERE deleted_at IS NULL ORDER BY created_at, id`,
      ),
      readVocabularies(this.database, this.vocabularies),
    ]);
    if (at < this.readAt) return;
    this.readAt = at;
    const text = JSON.stringify(definitions);
    if (text === this.text && vocabularies === this.vocabularies) return;
    this.text = text;
    this.vocabularies = vocabularies;
    this.definitions = definitions;
    this.made = new WeakMap();
    this.extendedOnes = null;
  }

  private extended<T extends RecordEntity>(resource: Resource<T>): Resource<T> {
    const there = this.made.get(resource);
    if (there) return there as Resource<T>;
    const own = this.definitions.flatMap((one) => (one.resource === resource.name ? this.fieldOf(one) : []));
    const changed = { ...ruledFields(resource.fields, this.vocabularies), ...Object.fromEntries(own) };
    const isSame = Object.keys(changed).length === 0;
    const made = isSame ? resource : { ...resource, fields: { ...resource.fields, ...changed } };
    this.made.set(resource, made);
    return made;
  }

  private fieldOf({ resource, name, type, target, choices, vocabulary, ...shared }: Definition): [string, Field][] {
    const to = type === "user" ? USERS : target === null ? undefined : this.targets.get(target);
    if (type === "reference" && !to) return [];
    const custom: CustomKey = { name, key: `${resource}.${name}`, type };
    const options = vocabulary === null ? choices : this.vocabularies.byName.get(vocabulary)?.choices;
    const field: Field = {
      ...shared,
      kind: type === "user" ? "reference" : type,
      column: "",
      personal: false,
      personName: false,
      neverNull: false,
      partOf: ["custom"],
      shown: false,
      custom,
      ...(options && listed(options)),
      ...(vocabulary !== null && { vocabulary }),
      ...(to && { target: to }),
    };
    return [[`custom.${name}`, field]];
  }
}

/** Names of custom fields in a query string, a search or the data of a record. */
function namesIn(asked: object): string[] {
  const { custom } = asked as { custom?: unknown };
  const given = typeof custom === "object" && custom !== null ? Object.keys(custom) : [];
  const text = JSON.stringify(asked);
  const named = text.includes("custom.") ? (text.match(/\bcustom\.[A-Za-z0-9]+/g) ?? []) : [];
  return [...given.map((name) => `custom.${name}`), ...named];
}

/** By `account.custom.region`, or by `any` with a tree of its own. */
const asksOfRelated = (asked: object) => /\w\.custom\.|"any"/.test(JSON.stringify(asked));

const none: readonly [string, Field][] = [];
const entriesOf = new WeakMap<FieldMap, readonly [string, Field][]>();

/** @returns of a resource's fields those that the company has added, with their names (`custom.region`) */
export function customEntries(fields: FieldMap): readonly [string, Field & { custom: CustomKey }][] {
  let entries = entriesOf.get(fields);
  if (!entries) {
    const found = Object.entries(fields).filter(([, { custom }]) => custom !== undefined);
    entriesOf.set(fields, (entries = found.length ? found : none));
  }
  return entries as readonly [string, Field & { custom: CustomKey }][];
}

import type { Permission, RequestContext } from "@kehu/auth";
import { Injectable } from "@nestjs/common";
import { mergedChoices, onlyHere, revivedChoice, wholeChoice, type Choice } from "./choices.ts";
import { usualSteps } from "./comparison.ts";
import { ConfigurationQueries } from "./configuration.queries.ts";
import { byKey, KEYS } from "./configuration-file.ts";
import type { ConfigurableResource } from "./configurable-resources.ts";
import type { Around, Fault, Held, Item, Kept, LeftOut, Section, Step } from "./item.ts";
import { ServiceParts } from "./service-parts.service.ts";

/** As a service gives it, and as the file has it. */
interface Field {
  resource: string;
  name: string;
  type: string;
  label: object;
  required?: boolean;
  filterable?: boolean;
  sortable?: boolean;
  choices?: Choice[] | null;
  vocabulary?: string | null;
  target?: string | null;
  retired?: boolean;
}

const PERMISSIONS: Readonly<Record<string, { read: Permission; write: Permission }>> = {
  customer: { read: "customer.field.read", write: "customer.field.write" },
  sales: { read: "sales.field.read", write: "sales.field.write" },
  "service-desk": { read: "service-desk.field.read", write: "service-desk.field.write" },
  marketing: { read: "marketing.field.read", write: "marketing.field.write" },
};

/** The fields that the company has added to the records of the services. */
@Injectable()
export class FieldsSection implements Section {
  readonly name = "fields";

  constructor(
    private readonly services: ServiceParts,
    private readonly queries: ConfigurationQueries,
  ) {}

  async read(who: RequestContext): Promise<Held> {
    const asked = [...new Set(this.extended().map(({ service }) => service))];
    const parts = await Promise.all(asked.map((service) => this.readOf(service, who)));
    return {
      items: parts.flatMap(({ items }) => items).sort(byKey),
      leftOut: parts.flatMap(({ leftOut }) => leftOut),
    };
  }

  needs({ value }: Item) {
    const permissions = PERMISSIONS[this.homeOf(value as unknown as Field)?.service ?? ""];
    return { read: permissions ? [permissions.read] : [], write: permissions ? [permissions.write] : [] };
  }

  async conflict({ value }: Item, kept: Kept | undefined, _who: RequestContext, around: Around) {
    const field = value as unknown as Field;
    if (!this.homeOf(field))
      return { code: "resource.unknown", message: `Here no fields are added to ${field.resource}.` };
    const here = kept?.value as Field | undefined;
    return here ? conflictOf(field, here) : this.withoutVocabulary(field, around);
  }

  steps({ key, value }: Item, kept: Kept | undefined): Step[] {
    const { retired = false, ...field } = wholeOf(value as unknown as Field, kept?.value as Field | undefined);
    const here = kept && withoutRetired(kept);
    const isRetired = kept?.value["retired"] === true;
    if (retired && isRetired) return []; // nobody sees it, and nothing of it can be changed
    const retire: Step = {
      change: "update",
      fields: ["retired"],
      from: { retired: false },
      to: { retired: true },
      isLast: true,
      run: (who) => this.ask("DELETE", field, undefined, who),
    };
    const back: Step = { ...retire, from: { retired: true }, to: { retired: false } };
    const written = usualSteps({ key, value: { ...field } }, here, (names, who) => this.write(field, names, kept, who));
    return [...written, ...(retired === isRetired ? [] : [retired ? retire : back])];
  }

  alsoHere({ value }: Item, kept: Kept) {
    const { choices: given } = value as unknown as Field;
    const choices = given ? onlyHere(given, (kept.value as unknown as Field).choices) : [];
    return choices.length ? { choices } : undefined;
  }

  /** A field that is here stays, though its vocabulary is deleted. */
  private async withoutVocabulary({ vocabulary }: Field, { vocabularies = [] }: Around): Promise<Fault | undefined> {
    if (!vocabulary || vocabularies.includes(vocabulary)) return undefined;
    if ((await this.queries.vocabulary(vocabulary)) === "here") return undefined;
    return {
      code: "vocabulary.unknown",
      message: `Here is no vocabulary ${vocabulary}: make it, or restore it, first.`,
    };
  }

  private async readOf(service: string, who: RequestContext): Promise<Held> {
    const { read } = PERMISSIONS[service]!;
    if (!(read in who.grants)) return { items: [], leftOut: [closedOff(service, read)] };
    const question = { method: "GET", path: "/internal/fields", permissions: [read] } as const;
    const { data } = await this.services.ask<{ data: (Field & { id: string; version: number })[] }>(
      service,
      question,
      who,
    );
    const items = data.map(({ id, version, ...field }) => ({ ...itemOf(field), id, version }));
    return { items, leftOut: [] };
  }

  private write(field: Field, names: readonly string[], kept: Kept | undefined, who: RequestContext): Promise<void> {
    const { resource: _, ...all } = field;
    if (!kept) return this.ask("POST", field, all, who);
    const patch = Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
    return this.ask("PATCH", field, patch, who, kept.version);
  }

  private ask(
    method: "POST" | "PATCH" | "DELETE",
    { resource, name }: Field,
    body: object | undefined,
    who: RequestContext,
    ifMatch?: number,
  ): Promise<void> {
    const { service } = this.homeOf({ resource })!;
    const { read, write } = PERMISSIONS[service]!;
    const path = `/v1/${resource}/fields${method === "POST" ? "" : `/${name}`}`;
    const question = { method, path, permissions: [read, write], ...(body && { body }) };
    return this.services.ask(service, { ...question, ...(ifMatch !== undefined && { ifMatch }) }, who);
  }

  private extended(): ConfigurableResource[] {
    return this.services.resources().filter(({ takesFields, service }) => takesFields && service in PERMISSIONS);
  }

  private homeOf({ resource }: Pick<Field, "resource">): ConfigurableResource | undefined {
    return this.extended().find(({ name }) => name === resource);
  }
}

const closedOff = (service: string, permission: Permission): LeftOut => ({
  section: "fields",
  key: null,
  reason: `Fields of ${service}: this needs the permission ${permission}.`,
});

function itemOf({
  resource,
  name,
  type,
  label,
  required,
  filterable,
  sortable,
  choices,
  vocabulary,
  target,
  retired,
}: Field) {
  const more = {
    ...(choices && { choices: choices.map(wholeChoice) }),
    ...(vocabulary && { vocabulary }),
    ...(target && { target }),
  };
  const value = { resource, name, type, label, required, filterable, sortable, ...more, retired };
  return { key: KEYS.fields(value), value };
}

/** The field of the file, which keeps the choices that it has here. */
function wholeOf({ choices, ...field }: Field, here: Field | undefined): Field {
  return { ...field, ...(choices && { choices: mergedChoices(choices, here?.choices) }) };
}

function withoutRetired(kept: Kept): Kept {
  const { retired: _, ...value } = kept.value;
  return { ...kept, value };
}

function conflictOf(field: Field, here: Field): Fault | undefined {
  if (here.retired && !field.retired)
    return { code: "field.retired", message: "The field is retired here: restore it first." };
  const fixed = (["type", "target", "vocabulary"] as const).find(
    (name) => (field[name] ?? null) !== (here[name] ?? null),
  );
  if (fixed)
    return {
      code: "field.type-fixed",
      message: `The ${fixed} of a field stays, since its values hang on it: give the field of the file another name.`,
    };
  return revivedChoice(field.choices ?? [], here.choices);
}

import type { Permission, RequestContext } from "@kehu/auth";
import { CUSTOM_TYPES, NotFound, type EventType } from "@kehu/contracts";
import { Database, type Tx } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { CreateCustomField, UpdateCustomField } from "./custom-field.dto.ts";
import type { CustomField, FieldContext } from "./custom-field.entity.ts";
import { CustomFields, type Definition } from "./custom-fields.ts";
import { boolean, choice, fields, json, text } from "./fields.ts";
import { History } from "./history.ts";
import { parsePaging } from "./list-query.ts";
import { RecordQueries } from "./record-queries.ts";
import { UnownedRecordService, Writing } from "./record-service.ts";
import { WriteReply } from "./reply.ts";
import { resource, type EntityClass, type Resource } from "./resource.ts";

/** JSON Schema of a label. */
export const LABEL_SCHEMA = {
  type: "object",
  required: ["en", "zh"],
  properties: { en: { type: "string" }, zh: { type: "string" } },
};
/** JSON Schema of the values of a choice. */
export const CHOICES_SCHEMA = {
  type: "array",
  items: {
    type: "object",
    required: ["value", "label", "color", "retired"],
    properties: {
      value: { type: "string" },
      label: LABEL_SCHEMA,
      color: { type: ["string", "null"] },
      retired: { type: "boolean" },
    },
  },
};

/**
 * Declares the fields that a company adds to the resources of a service.
 *
 * @param service what its service says of them: concept, event of snapshots, entity, permissions
 */
export function customFieldResource<T extends CustomField>(service: {
  concept: string;
  snapshot: EventType;
  entity: EntityClass<T>;
  permissions: { read: Permission; write: Permission };
}): Resource<T> {
  return resource<T>({
    ...service,
    permissions: { ...service.permissions, import: service.permissions.write },
    name: "fields",
    type: "field",
    table: "custom_field",
    fields: fields({
      resource: text("Resource", "对象", { required: true }),
      name: text("Name", "名称", { required: true }),
      type: choice("Type", "类型", CUSTOM_TYPES, { required: true }),
      label: json("Label", "标签", LABEL_SCHEMA, { neverNull: true }),
      required: boolean("Required", "必填", { neverNull: true }),
      filterable: boolean("Filterable", "可筛选", { neverNull: true }),
      sortable: boolean("Sortable", "可排序", { neverNull: true }),
      choices: json("Choices", "选项", CHOICES_SCHEMA),
      vocabulary: text("Vocabulary", "词表"),
      target: text("Refers to", "引用对象"),
    }),
    dto: { create: CreateCustomField, update: UpdateCustomField, import: CreateCustomField },
  });
}

/** What the definitions of fields are read and written with. */
@Injectable()
export class Defining {
  constructor(
    readonly writing: Writing,
    readonly queries: RecordQueries,
    readonly history: History,
    readonly database: Database,
    readonly custom: CustomFields,
  ) {}
}

/** A field as it is defined. */
export interface FieldDefinition extends Definition {
  id: string;
  version: number;
  retired: boolean;
}

/** Adds fields to the resources of a service while it runs, changes and retires them. */
export class CustomFieldDefinitions<T extends CustomField = CustomField> extends UnownedRecordService<T> {
  constructor(
    declared: Resource<T>,
    private readonly defining: Defining,
  ) {
    super({ ...declared, context: (tx) => this.others(tx) }, defining.writing);
  }

  /** @returns every field of the service as it is defined, retired ones too, the oldest first */
  all(): Promise<FieldDefinition[]> {
    return this.defining.database.query<FieldDefinition & Record<string, unknown>>(
      `SELECT id, version, resource, name, type, label, required, filterable, sortable, choices, vocabulary, target,
         deleted_at IS NOT NULL AS retired FROM custom_field ORDER BY created_at, id`,
    );
  }

  /** @throws Conflict `field.exists`, RuleViolation for what does not fit together */
  async define(of: Resource, body: CreateCustomField, who: RequestContext): Promise<WriteReply> {
    if (body.vocabulary !== undefined) await this.defining.custom.arrival(body.vocabulary);
    const { body: made, ...reply } = await this.create({ ...body, resource: of.name }, who);
    this.defining.custom.forget();
    return new WriteReply(made, { ...reply, location: `/v1/${of.name}/fields/${body.name}` }, reply.replayed);
  }

  async get(of: Resource, name: string, who: RequestContext) {
    return this.defining.queries.get(this.resource, await this.idOf(of, name), who);
  }

  change(of: Resource, name: string, patch: UpdateCustomField, who: RequestContext): Promise<WriteReply> {
    return this.known(of, name, (id) => this.update(id, patch, who));
  }

  /** The field is not in the API any more; its values stay, and come back with it. */
  retire(of: Resource, name: string, who: RequestContext): Promise<WriteReply> {
    return this.known(of, name, (id) => this.remove(id, who));
  }

  bringBack(of: Resource, name: string, who: RequestContext): Promise<WriteReply> {
    return this.known(of, name, (id) => this.restore(id, who));
  }

  async historyOf(of: Resource, name: string, query: Readonly<Record<string, unknown>>, who: RequestContext) {
    parsePaging(query); // what is malformed is refused, whether there is such a field or not
    return this.defining.history.of(this.resource, await this.idOf(of, name), query, who);
  }

  private async known(of: Resource, name: string, change: (id: string) => Promise<WriteReply>): Promise<WriteReply> {
    const reply = await change(await this.idOf(of, name));
    this.defining.custom.forget();
    return reply;
  }

  private async idOf(of: Resource, name: string): Promise<string> {
    const [found] = await this.defining.database.query<{ id: string }>(
      "SELECT id FROM custom_field WHERE resource = $1 AND name = $2",
      [of.name, name],
    );
    if (!found) throw new NotFound();
    return found.id;
  }

  /** New fields wait for each other: two could take one name. */
  private async others(tx: Tx): Promise<FieldContext> {
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('custom_field', 0))");
    const known = await tx.query<FieldContext["fields"][number] & Record<string, unknown>>(
      `SELECT resource, name, deleted_at IS NOT NULL AS "isRetired" FROM custom_field`,
    );
    const live = await tx.query<{ name: string }>("SELECT name FROM vocabulary_copy WHERE deleted_at IS NULL");
    const { targetTypes } = this.defining.custom;
    return { fields: known, targets: targetTypes, vocabularies: live.map(({ name }) => name) };
  }
}

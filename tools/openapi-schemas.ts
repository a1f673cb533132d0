import { getMetadataStorage, ValidationTypes } from "class-validator";
import { validationMetadataArrayToSchemas } from "class-validator-jsonschema";
import { createRequire } from "node:module";
import type { Schema } from "./schema-changes.ts";

/** A class that validates what a caller sends. */
export type DtoClass = new () => object;

type Options = NonNullable<Parameters<typeof validationMetadataArrayToSchemas>[1]>;

interface TypeStorage {
  findTypeMetadata(target: DtoClass, property: string): { typeFunction(): DtoClass } | undefined;
}

// class-transformer publishes its storage as CommonJS without types.
const { defaultMetadataStorage } = createRequire(import.meta.url)("class-transformer/cjs/storage.js") as {
  defaultMetadataStorage: TypeStorage;
};

const MONEY: Schema = {
  type: "object",
  required: ["amount", "currency"],
  properties: { amount: { type: "string" }, currency: { type: "string" } },
};
const UUID: Schema = { type: "string", format: "uuid" };
const EXTERNAL: Schema = {
  type: "object",
  required: ["externalId"],
  properties: {
    externalId: {
      type: "object",
      required: ["system", "id"],
      properties: { system: { type: "string" }, id: { type: "string" } },
    },
  },
};

/** What the decorators of libs/records mean; the library knows those of class-validator. */
const CONVERTERS = {
  isId: UUID,
  isReference: { anyOf: [UUID, EXTERNAL] },
  isDay: { type: "string", format: "date" },
  isDate: { type: "string", format: "date-time" },
  isMoney: MONEY,
  isIn: ({ constraints }: { constraints?: [words?: unknown[]] }) => ({
    type: typeof (constraints?.[0]?.[0] ?? ""),
    enum: constraints?.[0],
  }),
  [ValidationTypes.IS_DEFINED]: {},
  [ValidationTypes.CUSTOM_VALIDATION]: ({ target, propertyName }: { target: DtoClass; propertyName: string }) => {
    const type = Reflect.getMetadata("design:type", target.prototype as object, propertyName) as unknown;
    return type === String ? { type: "string" } : type === Number ? { type: "number" } : {};
  },
  [ValidationTypes.CONDITIONAL_VALIDATION]: (meta: { constraints: [(record: object, value: unknown) => boolean] }) =>
    meta.constraints[0]({}, null) ? {} : { "x-nullable": true },
} as unknown as Options["additionalConverters"];

/**
 * JSON Schemas of classes that validate with class-validator, and of those that they contain.
 *
 * @returns schemas by class name
 * @throws Error when two classes have one name, or a property has no type
 */
export function schemasOf(classes: Iterable<DtoClass>): Record<string, Schema> {
  const known = new Map<string, DtoClass>();
  const schemas: Record<string, Schema> = {};
  const waiting = [...classes];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    if (known.get(one.name) === one) continue;
    if (known.has(one.name)) throw new Error(`Two classes have the name ${one.name}.`);
    known.set(one.name, one);
    schemas[one.name] = schemaOf(one);
    waiting.push(...nestedOf(one));
  }
  return schemas;
}

/** The rules of a class and of those that it extends, as its own. */
function rulesOf(dto: DtoClass) {
  const storage = getMetadataStorage();
  return storage.getTargetValidationMetadatas(dto, "", true, false).map((rule) =>
    Object.assign(Object.create(rule) as typeof rule, {
      target: dto,
      type: storage.getTargetValidatorConstraints(rule.constraintCls)[0]?.name ?? rule.type,
    }),
  );
}

function schemaOf(dto: DtoClass): Schema {
  const schema = validationMetadataArrayToSchemas(rulesOf(dto), {
    additionalConverters: CONVERTERS,
    classTransformerMetadataStorage: defaultMetadataStorage as never,
    refPointerPrefix: "#/components/schemas/",
  })[dto.name] as Schema | undefined;
  const properties = Object.entries(schema?.properties ?? {}).map(([name, property]) => [name, nullable(property)]);
  return {
    type: "object",
    ...schema,
    properties: Object.fromEntries(properties) as Record<string, Schema>,
    additionalProperties: false,
  };
}

function nestedOf(dto: DtoClass): DtoClass[] {
  const nested = rulesOf(dto).filter(({ type }) => type === ValidationTypes.NESTED_VALIDATION);
  return nested.flatMap(({ propertyName }) => {
    const type = defaultMetadataStorage.findTypeMetadata(dto, propertyName)?.typeFunction();
    return type ? [type] : [];
  });
}

function nullable(schema: Schema & { "x-nullable"?: boolean }): Schema {
  const { "x-nullable": takesNull, ...rest } = schema;
  return takesNull ? { anyOf: [rest, { type: "null" }] } : rest;
}

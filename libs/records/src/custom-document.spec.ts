import { documentWith } from "./custom-document.ts";
import type { CustomKey, Field } from "./field.ts";
import { choice, integer, ownedFields, text } from "./fields.ts";
import { queryParameters, type Parameter } from "./parameter-schemas.ts";
import { listParameters } from "./query-parameters.ts";
import type { Resource } from "./resource.ts";
import { schemaOf } from "./view.ts";

class CreateDeal {}
class UpdateDeal {}

const own = ownedFields({ name: text("Name", "名称") });
const custom = (name: string, field: Field, more: Partial<CustomKey> = {}): [string, Field] => [
  `custom.${name}`,
  { ...field, shown: false, custom: { name, key: `deals.${name}`, type: "number", ...more } },
];
const retired = { value: "west", label: { en: "West", zh: "西" }, color: null, retired: true };
const ADDED = Object.fromEntries([
  custom("size", { ...integer("Size", "大小"), kind: "number", required: true }),
  custom(
    "region",
    { ...choice("Region", "区域", ["east"]), options: [{ ...retired, value: "east", retired: false }, retired] },
    { type: "choice" },
  ),
]);
const resourceWith = (fields: Resource["fields"]) =>
  ({ name: "deals", type: "deal", fields, dto: { create: CreateDeal, update: UpdateDeal } }) as unknown as Resource;

const parameters = queryParameters({ parameters: listParameters(resourceWith(own)), filter: own });
const COMMITTED = JSON.stringify({
  paths: { "/v1/deals": { get: { parameters: [...parameters, { name: "page", in: "query" }] }, post: {} } },
  components: {
    schemas: {
      Deal: schemaOf(resourceWith(own)),
      CreateDeal: { properties: { name: {}, custom: { type: "object" } } },
      UpdateDeal: { properties: { custom: { type: "object" } } },
      Other: { properties: { custom: { type: "object" } } },
    },
  },
});

interface Documented {
  paths: Record<string, { get: { parameters: Parameter[] } }>;
  components: { schemas: Record<string, { properties: Record<string, object> }> };
}

describe("documentWith", () => {
  const document = JSON.parse(documentWith(COMMITTED, [resourceWith({ ...own, ...ADDED })])) as Documented;
  const customOf = (schema: string) => document.components.schemas[schema]!.properties["custom"];
  const parameter = (name: string) => document.paths["/v1/deals"]!.get.parameters.find((one) => one.name === name);

  it("describes the fields in records, retired values too", () => {
    expect(customOf("Deal")).toEqual({
      type: "object",
      properties: {
        size: { anyOf: [{ type: "number" }, { type: "null" }], title: "Size" },
        region: { anyOf: [{ type: "string", enum: ["east", "west"] }, { type: "null" }], title: "Region" },
      },
    });
    expect(customOf("Other")).toEqual({ type: "object" });
  });

  it.each([
    ["CreateDeal", ["east"]],
    ["UpdateDeal", ["east", "west"]],
  ])("describes what is sent for them, of a record that is there what it may keep: %s", (schema, region) => {
    expect(customOf(schema)).toEqual({
      type: "object",
      properties: {
        size: { type: "number", title: "Size" },
        region: { anyOf: [{ type: "string", enum: region }, { type: "null" }], title: "Region" },
      },
      additionalProperties: false,
    });
  });

  it("lets lists be filtered, sorted and shown by them, and leaves other parameters", () => {
    expect(Object.keys(parameter("filter")!.schema!.properties!)).toEqual(
      expect.arrayContaining(["name", "custom.size", "custom.region"]),
    );
    expect(parameter("sort")!.schema!.items!.enum).toContain("-custom.size");
    expect(parameter("fields")!.schema!.items!.enum).toContain("custom.region");
    expect(parameter("page")).toEqual({ name: "page", in: "query" });
  });
});

import { OwnAccess, Public, RequirePermission } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { OnEvent } from "@kehu/messaging";
import {
  Answers,
  fields,
  IsReference,
  ListParameters,
  money,
  Nullable,
  PAGING,
  Optional,
  reference,
  Takes,
  text,
  USERS,
  type Resource,
} from "@kehu/records";
import { Body, Controller, Get, HttpCode, Module, Param, Patch, Post, Query, type Type } from "@nestjs/common";
import { Type as Nested } from "class-transformer";
import { IsInt, IsString, MaxLength, Min, ValidateNested } from "class-validator";
import { openApiOf } from "./openapi-document.ts";
import { RECORD } from "./openapi-types.ts";
import type { Schema } from "./schema-changes.ts";

class Lines {
  @IsInt() @Min(1) count: number;
}
class CreateDeal {
  @IsString() @MaxLength(200) name: string;
  @Nullable() @IsString() note?: string | null;
  @Optional() @IsReference() accountId?: string;
  @Optional() @ValidateNested({ each: true }) @Nested(() => Lines) lines?: Lines[];
}
class PatchDeal extends CreateDeal {}

const DEALS = {
  name: "deals",
  type: "deal",
  fields: fields({
    name: text("Name", "名称", { required: true }),
    amount: money("Amount", "金额"),
    userId: reference("User", "用户", USERS),
  }),
} as unknown as Resource;

@Controller("v1/deals")
class DealsController {
  @Get()
  @RequirePermission("sales.opportunity.read", { alsoReads: ["customer.account.read"] })
  @Answers("page", DEALS)
  list(@Query() _query: ListParameters) {}

  @Post()
  @RequirePermission("sales.opportunity.write")
  @Answers("created", DEALS)
  create(@Body() _body: CreateDeal) {}

  @Patch(":id")
  @RequirePermission("sales.opportunity.write")
  @Answers("record", DEALS)
  update(@Param("id", ParseId) _id: string, @Body() _body: PatchDeal) {}
}

@Controller("v1/me")
class MeController {
  @Get()
  @OwnAccess()
  @Takes({ q: { description: "Words to look for", schema: { type: "string" } } })
  get(@Query() _query: ListParameters) {}

  @Post("ping")
  @Public()
  @HttpCode(202)
  ping() {}
}

const documentOf = (...controllers: Type[]) => {
  class App {}
  Module({ controllers })(App);
  const answer: Schema = { $ref: RECORD };
  return openApiOf(App, "Test", "1.2.3", () => ({ description: "Does it.", answer }));
};

describe("openApiOf", () => {
  it("says of each operation who may call it", async () => {
    const { paths } = await documentOf(DealsController, MeController);
    expect(paths["/v1/deals"]?.["get"]).toMatchObject({
      operationId: "Deals.list",
      description: "Does it.",
      "x-permission": "sales.opportunity.read",
      "x-also-reads": ["customer.account.read"],
      security: [{ bearer: [] }],
    });
    expect(paths["/v1/me"]?.["get"]).toMatchObject({ "x-permission": "own" });
    expect(paths["/v1/me/ping"]?.["post"]).toMatchObject({ "x-permission": "public", security: [] });
  });

  it("takes the schemas of bodies from their validation", async () => {
    const { components } = await documentOf(DealsController);
    expect(components.schemas["CreateDeal"]).toEqual({
      type: "object",
      required: ["name"],
      additionalProperties: false,
      properties: {
        name: { type: "string", maxLength: 200 },
        note: { anyOf: [{ type: "string" }, { type: "null" }] },
        accountId: {
          anyOf: [{ type: "string", format: "uuid" }, expect.objectContaining({ required: ["externalId"] })],
        },
        lines: { type: "array", items: { $ref: "#/components/schemas/Lines" } },
      },
    });
    expect(components.schemas["Lines"]?.properties).toEqual({ count: { type: "integer", minimum: 1 } });
    expect(components.schemas["PatchDeal"]?.properties).toEqual(components.schemas["CreateDeal"]?.properties);
  });

  it("takes the schema of a record from its resource", async () => {
    const { paths, components } = await documentOf(DealsController);
    const created = paths["/v1/deals"]?.["post"]?.responses["201"];
    expect(created).toMatchObject({
      headers: { ETag: {}, Location: {}, "Idempotent-Replayed": {} },
      content: { "application/json": { schema: { $ref: "#/components/schemas/Deal" } } },
    });
    expect(components.schemas["Deal"]?.properties).toMatchObject({
      name: { type: "string" },
      userName: {},
      ownerName: {},
    });
  });

  it("describes the query of a list by the fields of its resource, and other queries as they are declared", async () => {
    const { paths } = await documentOf(DealsController, MeController);
    const [filter, sort, ...others] = paths["/v1/deals"]!["get"]!.parameters;
    const id = { type: "string", format: "uuid" };
    const ids = { type: "string", description: "Values with commas between" };
    expect(filter!.schema!.properties).toMatchObject({
      name: { description: "Name", anyOf: [{ type: "string" }, {}] },
      amount: { description: "Amount", anyOf: [{ type: "string" }, {}] },
      userId: {
        anyOf: [id, { properties: { eq: id, ne: id, in: ids, nin: ids, isNull: { type: "boolean" } } }],
      },
      version: { anyOf: [{ type: "integer" }, {}] },
    });
    expect(sort).toMatchObject({
      style: "form",
      explode: false,
      schema: { type: "array", maxItems: 5, items: { enum: expect.arrayContaining(["name", "-amount"]) as string[] } },
    });
    expect(others.map(({ name }) => name)).toEqual(["limit", "cursor", "count", "fields"]);
    expect(paths["/v1/me"]!["get"]!.parameters).toEqual([
      { name: "q", in: "query", description: "Words to look for", schema: { type: "string" } },
    ]);
  });

  it("lists headers and problems where they apply", async () => {
    const { paths } = await documentOf(DealsController, MeController);
    expect(paths["/v1/deals/{id}"]!["patch"]!.parameters[0]).toMatchObject({ schema: { format: "uuid" } });
    const { parameters, responses } = paths["/v1/deals/{id}"]!["patch"]!;
    expect(parameters.map(({ name, $ref }) => name ?? $ref?.split("/").at(-1))).toEqual([
      "id",
      "idempotencyKey",
      "ifMatch",
    ]);
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(["200", "401", "403", "404", "409", "412", "422"]));
    expect(Object.keys(paths["/v1/me/ping"]!["post"]!.responses)).not.toContain("401");
  });

  it.each<[string, (controller: object) => void, string]>([
    ["an operation without a permission", () => undefined, "no permission is declared"],
    [
      "a body that is no class",
      (target) => (Body()(target, "run", 0), Public()(target, "run", descriptor(target))),
      "@Body() is no class",
    ],
    [
      "a query that is read as it comes",
      (target) => (Query()(target, "run", 0), Public()(target, "run", descriptor(target))),
      "@Query() is no ListParameters",
    ],
    [
      "a query of which nothing is declared",
      (target) => {
        Reflect.defineMetadata("design:paramtypes", [ListParameters], target, "run");
        Query()(target, "run", 0);
        Public()(target, "run", descriptor(target));
      },
      "its query parameters are not declared",
    ],
    [
      "query parameters that nobody reads",
      (target) => {
        Get()(target, "run", descriptor(target));
        Takes(PAGING)(target, "run", descriptor(target));
        Public()(target, "run", descriptor(target));
      },
      "it declares query parameters and reads none",
    ],
    [
      "a consumer of an event that no contract knows",
      (target) => {
        Public()(target, "run", descriptor(target));
        OnEvent(["sales.deal.dreamt" as never], "planted")(target, "run", descriptor<never>(target));
      },
      "there is no event type sales.deal.dreamt",
    ],
  ])("refuses %s", async (_what, decorate, complaint) => {
    class PlantedController {
      async run(_argument: object): Promise<void> {}
    }
    const prototype = PlantedController.prototype;
    Reflect.defineMetadata("design:paramtypes", [Object], prototype, "run");
    Post()(prototype, "run", descriptor(prototype));
    decorate(prototype);
    Controller("v1/planted")(PlantedController);
    await expect(documentOf(PlantedController)).rejects.toThrow(complaint);
  });
});

const descriptor = <T>(target: object) => Object.getOwnPropertyDescriptor(target, "run") as TypedPropertyDescriptor<T>;

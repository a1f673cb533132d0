import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import {
  Answers,
  CreateCustomField,
  CustomFieldDefinitions,
  ListParameters,
  UpdateCustomField,
  type Resource,
} from "@kehu/records";
import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query, type Type } from "@nestjs/common";
import { controllerName } from "./controller-name.ts";

/** Makes the controller by which the gateway learns of all fields of a service, retired ones too. */
export function fieldDefinitionsController({ permissions }: Resource): Type {
  @Controller("internal/fields")
  class FieldDefinitionsController {
    constructor(@Inject(CustomFieldDefinitions) private readonly definitions: CustomFieldDefinitions) {}

    @Get()
    @RequirePermission(permissions.read)
    async all() {
      return { data: await this.definitions.all() };
    }
  }
  return FieldDefinitionsController;
}

/**
 * Makes the controllers by which a company adds fields to the resources of a service.
 *
 * @param fields the definitions as a resource
 * @returns a function that makes the controller of one resource
 */
export function customFieldsController(fields: Resource): (of: Resource) => Type {
  const { read, write } = fields.permissions;

  abstract class CustomFieldsController {
    protected abstract readonly of: Resource;

    constructor(@Inject(CustomFieldDefinitions) private readonly definitions: CustomFieldDefinitions) {}

    /** Adds a field; it can be used at once. */
    @Post()
    @RequirePermission(write)
    @Answers("created", fields)
    define(@Body() body: CreateCustomField, @Who() who: RequestContext) {
      return this.definitions.define(this.of, body, who);
    }

    @Get(":name")
    @RequirePermission(read)
    @Answers("record", fields)
    get(@Param("name") name: string, @Who() who: RequestContext) {
      return this.definitions.get(this.of, name, who);
    }

    @Patch(":name")
    @RequirePermission(write)
    @Answers("record", fields)
    change(@Param("name") name: string, @Body() body: UpdateCustomField, @Who() who: RequestContext) {
      return this.definitions.change(this.of, name, body, who);
    }

    /** Retires a field: records show it no more, and keep its values until it is restored. */
    @Delete(":name")
    @RequirePermission(write)
    @Answers("nothing", fields)
    retire(@Param("name") name: string, @Who() who: RequestContext) {
      return this.definitions.retire(this.of, name, who);
    }

    @Post(":name/restore")
    @RequirePermission(write)
    @Answers("record", fields)
    restore(@Param("name") name: string, @Who() who: RequestContext) {
      return this.definitions.bringBack(this.of, name, who);
    }

    @Get(":name/history")
    @RequirePermission(read)
    @Answers("history", fields)
    history(@Param("name") name: string, @Query() query: ListParameters, @Who() who: RequestContext) {
      return this.definitions.historyOf(this.of, name, query, who);
    }
  }

  return (of) => {
    @Controller(`v1/${of.name}/fields`)
    class ResourceFieldsController extends CustomFieldsController {
      protected readonly of = of;
    }
    return controllerName(ResourceFieldsController, of, "FieldsController");
  };
}

import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { filterParameters, ListParameters, PersonKeys, Takes } from "@kehu/records";
import { Body, Controller, Get, HttpCode, Post, Query, type Type } from "@nestjs/common";
import { ArrayMaxSize, ArrayMinSize, IsArray, IsUUID } from "class-validator";
import { ParseId } from "./validation.pipe.ts";

/** Persons who were erased before a backup of an earlier time was restored. */
export class ErasuresRequest {
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(200) @IsUUID("all", { each: true }) personIds: string[];
}

const PAGE = 200;
const AFTER = {
  after: {
    description: "The last person of the page before: those with ids above, at most 200",
    schema: { type: "string", format: "uuid" },
  },
} as const;

/** The operator's view of the keys of persons, under the path of one service. */
export function personKeysController(service: string): Type {
  @Controller(`v1/operations/${service}`)
  class PersonKeysController {
    constructor(private readonly keys: PersonKeys) {}

    /** Wraps up to 5,000 keys with the present master key; to be asked again while keys remain. */
    @Post("person-keys/rewrap")
    @HttpCode(200)
    @RequirePermission("operations.personal-data.manage")
    rewrap() {
      return this.keys.rewrap();
    }

    @Get("erasures")
    @RequirePermission("operations.personal-data.manage")
    @Takes(AFTER)
    async erased(@Query() query: ListParameters) {
      const { after } = filterParameters({}, query, Object.keys(AFTER)).plain;
      return { data: await this.keys.erased(after === undefined ? null : new ParseId().transform(after), PAGE) };
    }

    /** After a restore: erases again, in this service, whom the list of erasures names. */
    @Post("erasures")
    @HttpCode(204)
    @RequirePermission("operations.personal-data.manage")
    eraseAgain(@Body() body: ErasuresRequest, @Who() who: RequestContext) {
      return this.keys.eraseAgain(body.personIds, who);
    }
  }
  return PersonKeysController;
}

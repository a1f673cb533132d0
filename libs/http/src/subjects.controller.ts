import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { Subjects } from "@kehu/records";
import { Body, Controller, Get, HttpCode, Param, Post } from "@nestjs/common";
import { ArrayMaxSize, IsArray, IsUUID } from "class-validator";
import { ParseId } from "./validation.pipe.ts";

/** The records that are a person, of all services. */
export class SubjectRequest {
  @IsArray() @ArrayMaxSize(1_000) @IsUUID("all", { each: true }) contactIds: string[];
  @IsArray() @ArrayMaxSize(1_000) @IsUUID("all", { each: true }) leadIds: string[];
}

/** This service's part of the export of everything about a person, which the gateway puts together. */
@Controller("internal")
export class SubjectsController {
  constructor(private readonly subjects: Subjects) {}

  @Get("records/:type/:id/person")
  @RequirePermission("operations.personal-data.export")
  async person(@Param("type") type: string, @Param("id", ParseId) id: string) {
    return { personId: await this.subjects.personOf(type, id) };
  }

  @Get("persons/:id/records")
  @RequirePermission("operations.personal-data.export")
  records(@Param("id", ParseId) id: string) {
    return this.subjects.recordsOfPerson(id);
  }

  @Post("persons/:id/part")
  @HttpCode(200)
  @RequirePermission("operations.personal-data.export")
  part(@Param("id", ParseId) id: string, @Body() body: SubjectRequest, @Who() who: RequestContext) {
    return this.subjects.part({ ...body, personId: id }, who);
  }
}

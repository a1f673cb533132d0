import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Controller, Header, HttpCode, Param, Post, Req, type StreamableFile } from "@nestjs/common";
import { PeopleOnly } from "../access/people-only.ts";
import type { AuditedRequest } from "../audit/audited-request.ts";
import { SubjectExportsService } from "./subject-exports.service.ts";

@Controller("v1")
export class SubjectExportsController {
  constructor(private readonly exports: SubjectExportsService) {}

  /** Everything that every service holds about the person, as JSON and CSV in one ZIP. It is an entry in the audit trail. */
  @Post("contacts/:id/subject-export")
  @HttpCode(200)
  @PeopleOnly()
  @Header("content-type", "application/zip")
  @Header("cache-control", "no-store")
  @RequirePermission("operations.personal-data.export")
  ofContact(
    @Param("id", ParseId) id: string,
    @Who() who: RequestContext,
    @Req() request: AuditedRequest,
  ): Promise<StreamableFile> {
    return this.exports.export("contact", id, who, request);
  }

  /** Everything that every service holds about the person, as JSON and CSV in one ZIP. It is an entry in the audit trail. */
  @Post("leads/:id/subject-export")
  @HttpCode(200)
  @PeopleOnly()
  @Header("content-type", "application/zip")
  @Header("cache-control", "no-store")
  @RequirePermission("operations.personal-data.export")
  ofLead(
    @Param("id", ParseId) id: string,
    @Who() who: RequestContext,
    @Req() request: AuditedRequest,
  ): Promise<StreamableFile> {
    return this.exports.export("lead", id, who, request);
  }
}

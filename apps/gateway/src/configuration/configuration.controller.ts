import { Cost, RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { Body, Controller, Get, Header, HttpCode, Post, StreamableFile } from "@nestjs/common";
import { RouteConfig } from "@nestjs/platform-fastify";
import { PeopleOnly } from "../access/people-only.ts";
import { ApplyConfiguration, ConfigurationFile } from "./configuration.dto.ts";
import { ConfigurationService, type Applied, type Comparison } from "./configuration.service.ts";

/** The largest file, in bytes. */
const BODY_LIMIT = 5 * 1024 * 1024;

@Controller("v1/configuration")
export class ConfigurationController {
  constructor(private readonly configuration: ConfigurationService) {}

  /**
   * What the company has arranged, as a file that can be kept, compared and applied to another install: settings,
   * vocabularies, fields, pipelines, queues, roles and the views that people show to others. It names no person and no id.
   * What the caller may not read is left out, and said to be.
   */
  @Get()
  @PeopleOnly()
  @Cost(100)
  @Header("content-type", "application/json")
  @RequirePermission("identity.configuration.read")
  async export(@Who() who: RequestContext): Promise<StreamableFile> {
    const file = Buffer.from(await this.configuration.export(who));
    const disposition = 'attachment; filename="kehu-configuration.json"';
    return new StreamableFile(file, { type: "application/json", disposition, length: file.length });
  }

  /** What applying a file would do here. Nothing is changed; what only this install has, stays. */
  @Post("compare")
  @HttpCode(200)
  @PeopleOnly()
  @Cost(100)
  @RouteConfig({ bodyLimit: BODY_LIMIT })
  @RequirePermission("identity.configuration.read")
  compare(@Body() file: ConfigurationFile, @Who() who: RequestContext): Promise<Comparison> {
    return this.configuration.compare(file, who);
  }

  /**
   * Makes the changes that a comparison has shown, in the caller's name and with his rights. With `done: false` changes are
   * left: the same request goes on with them, as it does after a failure.
   */
  @Post("apply")
  @HttpCode(200)
  @PeopleOnly()
  @Cost(500)
  @RouteConfig({ bodyLimit: BODY_LIMIT + 256 * 1024 })
  @RequirePermission("identity.configuration.write")
  apply(@Body() request: ApplyConfiguration, @Who() who: RequestContext): Promise<Applied> {
    return this.configuration.apply(request, who);
  }
}

import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { Answers, RecordQueries, Writing } from "@kehu/records";
import { Body, Controller, Get, Patch } from "@nestjs/common";
import { UpdateSettings } from "./settings.dto.ts";
import { SETTINGS, SETTINGS_ID } from "./settings.resource.ts";

@Controller("v1/settings")
export class SettingsController {
  constructor(
    private readonly queries: RecordQueries,
    private readonly writing: Writing,
  ) {}

  @Get()
  @RequirePermission("identity.settings.read")
  @Answers("record", SETTINGS)
  get(@Who() who: RequestContext) {
    return this.queries.get(SETTINGS, SETTINGS_ID, who);
  }

  @Patch()
  @RequirePermission("identity.settings.write")
  @Answers("record", SETTINGS)
  update(@Body() body: UpdateSettings, @Who() who: RequestContext) {
    return this.writing.records.patch(SETTINGS, SETTINGS_ID, body, who);
  }
}

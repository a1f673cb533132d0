import { RequirePermission } from "@kehu/auth";
import { Controller, Get, HttpCode, Post } from "@nestjs/common";
import { RebuildService } from "./rebuild.service.ts";

/** For operators: the facts built anew, while the system answers. */
@Controller("v1/operations/analytics/rebuild")
export class RebuildController {
  constructor(private readonly rebuilds: RebuildService) {}

  @Get()
  @RequirePermission("operations.bus.read")
  state() {
    return this.rebuilds.state();
  }

  @Post()
  @HttpCode(202)
  @RequirePermission("operations.bus.repair")
  start() {
    return this.rebuilds.start();
  }
}

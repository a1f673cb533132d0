import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { Controller, Get } from "@nestjs/common";
import { OperationsService, type ServiceFreshness } from "./operations.service.ts";

@Controller("v1")
export class OperationsController {
  constructor(private readonly operations: OperationsService) {}

  /** Level when nothing is unpublished and nothing lags, in every service: ask twice. */
  @Get("freshness")
  @RequirePermission("operations.bus.read")
  async freshness(@Who() who: RequestContext): Promise<{ level: boolean; services: ServiceFreshness[] }> {
    const services = await this.operations.freshness(who);
    return { level: services.every(({ unpublished, lag }) => unpublished === 0 && lag === 0), services };
  }

  /** What each service has still before it. */
  @Get("operations/lag")
  @RequirePermission("operations.bus.read")
  async lag(@Who() who: RequestContext): Promise<{ data: ServiceFreshness[] }> {
    return { data: await this.operations.freshness(who) };
  }
}

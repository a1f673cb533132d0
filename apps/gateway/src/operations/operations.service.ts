import type { RequestContext } from "@kehu/auth";
import { BusOperations } from "@kehu/messaging";
import { Injectable } from "@nestjs/common";
import { ServiceRequests } from "../routing/service-requests.service.ts";
import { Upstreams } from "../routing/upstreams.ts";

/** How level one service is with the bus; null where it is away. */
export interface ServiceFreshness {
  service: string;
  unpublished: number | null;
  lag: number | null;
  parked: number | null;
  asOf: string | null;
}

@Injectable()
export class OperationsService {
  constructor(
    private readonly bus: BusOperations,
    private readonly upstreams: Upstreams,
    private readonly services: ServiceRequests,
  ) {}

  /** Asks every service at once. */
  async freshness(who: RequestContext): Promise<ServiceFreshness[]> {
    const own = this.bus.freshness().then((one) => [{ ...one, asOf: one.asOf.toISOString() }]);
    const others = this.upstreams.all().map(({ name }) => this.ask(name, who));
    return (await Promise.all([own, ...others])).flat();
  }

  private async ask(name: string, who: RequestContext): Promise<ServiceFreshness[]> {
    type Answer = { services: ServiceFreshness[] };
    const answer = await this.services.tryAsk<Answer>(name, "/v1/freshness", "operations.bus.read", who);
    return answer?.services ?? [{ service: name, unpublished: null, lag: null, parked: null, asOf: null }];
  }
}

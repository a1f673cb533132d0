import { NO_RULES, signInternalToken, type InternalClaims, type RequestContext } from "@kehu/auth";
import { BusOperations } from "@kehu/messaging";
import { Injectable } from "@nestjs/common";
import { Upstreams, type Connected } from "../routing/upstreams.ts";

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
  ) {}

  /** Asks every service at once. */
  async freshness(who: RequestContext): Promise<ServiceFreshness[]> {
    const own = this.bus.freshness().then((one) => [{ ...one, asOf: one.asOf.toISOString() }]);
    const others = this.upstreams.all().map((upstream) => this.ask(upstream, who));
    return (await Promise.all([own, ...others])).flat();
  }

  private async ask({ name, key }: Connected, who: RequestContext): Promise<ServiceFreshness[]> {
    const { actorId, sessionId } = who;
    const actorType = who.actorType as InternalClaims["actorType"]; // nothing but HTTP leads here
    const grants = { "operations.bus.read": "all" } as const;
    const claims = { actorType, actorId, sessionId, grants, fieldRules: NO_RULES, place: null };
    const token = signInternalToken(claims, name, key);
    const text = await this.upstreams.text(name, "/v1/freshness", token);
    if (text === undefined) return [{ service: name, unpublished: null, lag: null, parked: null, asOf: null }];
    return (JSON.parse(text) as { services: ServiceFreshness[] }).services;
  }
}

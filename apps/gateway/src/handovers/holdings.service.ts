import type { RequestContext } from "@kehu/auth";
import { Injectable } from "@nestjs/common";
import { RouteTable } from "../routing/route-table.ts";
import { servedResources } from "../routing/served-resources.ts";
import { ServiceRequests } from "../routing/service-requests.service.ts";
import { Upstreams } from "../routing/upstreams.ts";

/** A service, and what it answered; undefined where it is away. */
interface Asked<A> {
  service: string;
  answer: A | undefined;
}

/** Asks the services what users own. */
@Injectable()
export class HoldingsService {
  constructor(
    private readonly table: RouteTable,
    private readonly upstreams: Upstreams,
    private readonly services: ServiceRequests,
  ) {}

  /** The resources that people own, by all that the services have told of themselves. */
  get owned(): string[] {
    return this.ownedBy().map(({ name }) => name);
  }

  /**
   * Asks each service that has such records, or has told nothing of itself yet, at the same time.
   *
   * @param path below `/internal/holdings/`
   * @param resources names; null: all
   */
  ask<A>(path: string, resources: readonly string[] | null, who: RequestContext): Promise<Asked<A>[]> {
    const owned = this.ownedBy().filter(({ name }) => resources?.includes(name) ?? true);
    const services = this.upstreams
      .all()
      .map(({ name }) => name)
      .filter((name) => !this.table.has(name) || owned.some(({ service }) => service === name));
    const one = (service: string) =>
      this.services.tryAsk<A>(service, `/internal/holdings/${path}`, "identity.user.handover", who);
    return Promise.all(services.map(async (service) => ({ service, answer: await one(service) })));
  }

  private ownedBy() {
    return servedResources(this.table.all()).filter(({ owned }) => owned);
  }
}

import type { Permission, RequestContext } from "@kehu/auth";
import { Unavailable } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import { RouteTable } from "../routing/route-table.ts";
import { ServiceRequests, type Question } from "../routing/service-requests.service.ts";
import { Upstreams } from "../routing/upstreams.ts";
import { configurableResources, type ConfigurableResource } from "./configurable-resources.ts";

/** A record as its list shows it. */
export type Listed = Readonly<Record<string, unknown>> & { id: string; version: number };

interface Page {
  data: Listed[];
  page: { nextCursor: string | null };
}

/** What the services have, and what is asked of them in the caller's name. */
@Injectable()
export class ServiceParts {
  constructor(
    private readonly table: RouteTable,
    private readonly upstreams: Upstreams,
    private readonly requests: ServiceRequests,
  ) {}

  /** @throws Unavailable while a service has not told what it has */
  resources(): ConfigurableResource[] {
    const untold = this.upstreams.all().find(({ name }) => !this.table.has(name));
    if (untold)
      throw new Unavailable("service.unavailable", "Not every service has told of its records yet.", { retryAfter: 2 });
    return configurableResources(this.table.all());
  }

  ask<T>(service: string, question: Question, who: RequestContext): Promise<T> {
    return this.requests.ask<T>(service, question, who);
  }

  /** All pages of a list, the oldest first. */
  async all(
    service: string,
    path: string,
    permissions: readonly Permission[],
    who: RequestContext,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Listed[]> {
    const found: Listed[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const given: Record<string, string> = { ...query, sort: "createdAt", limit: "200", ...(cursor && { cursor }) };
      const question = {
        method: "GET",
        path: `${path}?${new URLSearchParams(given).toString()}`,
        permissions,
      } as const;
      const { data, page }: Page = await this.ask<Page>(service, question, who);
      found.push(...data);
      cursor = page.nextCursor;
    }
    return found;
  }
}

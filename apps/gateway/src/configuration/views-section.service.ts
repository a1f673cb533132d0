import type { Permission, RequestContext } from "@kehu/auth";
import { Injectable } from "@nestjs/common";
import { usualSteps } from "./comparison.ts";
import { ConfigurationQueries } from "./configuration.queries.ts";
import { byKey, KEYS, namesRecords } from "./configuration-file.ts";
import type { ConfigurableResource } from "./configurable-resources.ts";
import { canonical, type Fault, type Held, type Item, type Kept, type LeftOut, type Section } from "./item.ts";
import { ServiceParts, type Listed } from "./service-parts.service.ts";

const SHARE: Readonly<Record<string, Permission>> = {
  customer: "customer.view.share",
  sales: "sales.view.share",
  "service-desk": "service-desk.view.share",
  marketing: "marketing.view.share",
};

const FOREIGN: Fault = { code: "view.of-another", message: "The view is somebody else's, and changed by nobody else." };

/** The views that people show to everyone, or to the team of the caller. */
@Injectable()
export class ViewsSection implements Section {
  readonly name = "views";

  constructor(
    private readonly services: ServiceParts,
    private readonly queries: ConfigurationQueries,
  ) {}

  async read(who: RequestContext): Promise<Held> {
    const team = await this.queries.teamOf(who.place);
    const parts = await Promise.all(this.listed().map((of) => this.readOf(of, team, who)));
    return {
      items: parts.flatMap(({ items }) => items).sort(byKey),
      leftOut: parts.flatMap(({ leftOut }) => leftOut),
    };
  }

  needs({ value }: Item) {
    const of = this.homeOf(value);
    return { read: of ? [of.read] : [], write: of ? [SHARE[of.service]!] : [] };
  }

  async conflict({ value }: Item, _kept: Kept | undefined, who: RequestContext): Promise<Fault | undefined> {
    if (!this.homeOf(value))
      return { code: "resource.unknown", message: `Here no views are saved of ${String(value["resource"])}.` };
    if (namesRecords(value["where"]))
      return {
        code: "view.names-records",
        message: "Its filter names records by their ids, which another install has.",
      };
    if (value["visibility"] !== "team") return undefined;
    if (canonical(value["team"]) === canonical(await this.queries.teamOf(who.place))) return undefined;
    return { code: "view.of-another-team", message: "A view for a team is made by somebody who is in it." };
  }

  steps(item: Item, kept: Kept | undefined) {
    return usualSteps(item, kept, async (names, who) => {
      const { resource: _, team: __, ...view } = item.value;
      const { service, name, read } = this.homeOf(item.value)!;
      const permissions = [read, SHARE[service]!];
      const path = `/v1/${name}/views`;
      const patch = Object.fromEntries(Object.entries(view).filter(([one]) => names.includes(one)));
      await this.services.ask(
        service,
        kept
          ? { method: "PATCH", path: `${path}/${kept.id}`, body: patch, permissions, ifMatch: kept.version }
          : { method: "POST", path, body: view, permissions },
        who,
      );
    });
  }

  private async readOf(of: ConfigurableResource, team: string[] | null, who: RequestContext): Promise<Held> {
    const { service, name, read } = of;
    const leftOut = (key: string | null, reason: string): LeftOut => ({ section: "views", key, reason });
    if (!(read in who.grants))
      return { items: [], leftOut: [leftOut(null, `Views of ${name}: this needs the permission ${read}.`)] };
    const shown = await this.services.all(service, `/v1/${name}/views`, [read], who, {
      // A team's view of who is in no team is seen by him alone.
      "filter[visibility][in]": team ? "everyone,team" : "everyone",
    });
    const items = shown.map((view) => itemOf(name, view, team, who));
    const foreign = items.filter(({ value }) => namesRecords(value["where"]));
    return {
      items: items.filter((item) => !foreign.includes(item)),
      leftOut: foreign.map(({ key }) =>
        leftOut(key, "Its filter names records by their ids, which no other install has."),
      ),
    };
  }

  private listed(): ConfigurableResource[] {
    return this.services.resources().filter(({ hasViews, service }) => hasViews && service in SHARE);
  }

  private homeOf({ resource }: Item["value"]): ConfigurableResource | undefined {
    return this.listed().find(({ name }) => name === resource);
  }
}

function itemOf(resource: string, view: Listed, team: string[] | null, { actorId }: RequestContext): Kept {
  const { id, version, name, visibility, where, q, fields, sort, ownerId } = view;
  const value = { resource, name, visibility, team: visibility === "team" ? team : null, where, q, fields, sort };
  return { key: KEYS.views(value), value, id, version, ...(ownerId !== actorId && { fixed: FOREIGN }) };
}

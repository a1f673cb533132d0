import type { Permission, RequestContext } from "@kehu/auth";
import { Malformed, Unavailable } from "@kehu/contracts";
import { fieldsFor, RecordQueries, takesKeywords, type Page, type Resource } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { RouteTable } from "../routing/route-table.ts";
import { searchableKinds } from "../routing/searchable-kinds.ts";
import { ServiceRequests } from "../routing/service-requests.service.ts";
import { Upstreams } from "../routing/upstreams.ts";
import { calledBy, OwnKinds } from "./own-kinds.service.ts";
import { parseSearchRequest, type SearchRequest } from "./search-request.ts";

export { SEARCH } from "./search-request.ts";

/** Records of one kind, what fits best first. */
interface FoundKind {
  /** As its path is called: `accounts`. */
  kind: string;
  /** `name`: what a record is called by; null where that is empty, or closed to the caller. */
  records: { id: string; name: string | null }[];
  hasMore: boolean;
}

export interface SearchAnswer {
  data: FoundKind[];
  /** Services that do not answer now: what they have is missing. */
  unavailable: string[];
}

/** A kind of record, and how it is looked for. */
interface Kind {
  service: string;
  name: string;
  read: Permission;
  calledBy: readonly string[];
  /** Undefined where the service does not answer; null where nothing of it is searched for this caller. */
  look(request: SearchRequest, fields: readonly string[], who: RequestContext): Promise<Page | undefined | null>;
}

/** Finds records of all kinds, each by the list of its service, which decides what the caller reaches. */
@Injectable()
export class SearchQueries {
  constructor(
    private readonly table: RouteTable,
    private readonly upstreams: Upstreams,
    private readonly services: ServiceRequests,
    private readonly own: OwnKinds,
    private readonly records: RecordQueries,
  ) {}

  /**
   * @throws Malformed `query.invalid`
   * @throws Unavailable where a kind is asked for that a service may have which has told nothing of itself yet
   */
  async find(query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<SearchAnswer> {
    const request = parseSearchRequest(query);
    const kinds = this.chosen(request.kinds).filter(({ read }) => read in who.grants);
    const found = await Promise.all(kinds.map(async (kind) => ({ kind, answer: await this.look(kind, request, who) })));
    const away = found.flatMap(({ kind, answer }) => (answer === undefined ? [kind.service] : []));
    return {
      data: found.flatMap(({ answer }) => (answer?.records.length ? [answer] : [])),
      unavailable: [...new Set([...away, ...this.untold()])],
    };
  }

  private async look(kind: Kind, request: SearchRequest, who: RequestContext): Promise<FoundKind | null | undefined> {
    const rules = who.fieldRules[kind.read.replace(/\.read$/, "")] ?? {};
    const names = kind.calledBy.filter((field) => rules[field] !== "hidden");
    const page = await kind.look(request, names.length ? names : ["id"], who);
    if (!page) return page;
    const records = page.data.map((record) => ({ id: record.id, name: nameOf(names.map((field) => record[field])) }));
    return { kind: kind.name, records, hasMore: page.page.hasMore };
  }

  private chosen(names: readonly string[] | null): Kind[] {
    const all = [...this.ofServices(), ...this.own.all().map((resource) => this.ownKind(resource))];
    const unknown = names?.find((name) => !all.some((kind) => kind.name === name));
    if (unknown === undefined) return all.filter(({ name }) => names?.includes(name) ?? true);
    if (this.untold().length)
      throw new Unavailable("service.unavailable", "Not every service has told of its records yet.", { retryAfter: 2 });
    const allowed = all.map(({ name }) => name).sort();
    throw new Malformed("query.invalid", "The parameter kinds names a kind that is not searched.", { allowed });
  }

  /** Services of whose records nothing is known. */
  private untold(): string[] {
    return this.upstreams.all().flatMap(({ name }) => (this.table.has(name) ? [] : [name]));
  }

  private ofServices(): Kind[] {
    return searchableKinds(this.table.all()).map((kind) => ({
      ...kind,
      look: async ({ q, limit }, fields, who) => {
        const query = new URLSearchParams({ q, limit: String(limit), fields: fields.join() });
        const path = `/v1/${kind.name}?${query.toString()}`;
        const answer = await this.services.tryAnswer<Page>(kind.service, path, kind.read, who);
        return answer?.status === 400 ? null : answer?.body; // nothing is looked for by what is hidden from him
      },
    }));
  }

  private ownKind(resource: Resource): Kind {
    return {
      service: "gateway",
      name: resource.name,
      read: resource.permissions.read,
      calledBy: calledBy(resource),
      look: async ({ q, limit }, fields, who) => {
        if (!takesKeywords(fieldsFor(resource, who), resource.keywords)) return null;
        return this.records.list(resource, { q, limit: String(limit), fields: fields.join() }, who);
      },
    };
  }
}

function nameOf(parts: readonly unknown[]): string | null {
  const given = parts.filter((part) => typeof part === "string" || typeof part === "number");
  return given.length ? given.join(" ") : null;
}

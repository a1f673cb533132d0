import { PERMISSIONS, type Permission } from "@kehu/auth";
import { Malformed, Unavailable } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import { RouteTable } from "../routing/route-table.ts";
import { servedResources, type ServedResource } from "../routing/served-resources.ts";
import { Upstreams } from "../routing/upstreams.ts";

/** A record by its place in the API. */
export interface RecordName {
  resource: ServedResource;
  id: string;
}

const NAME = /^([a-z-]{1,50})\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Reads names of records (`accounts/0199…`), by what the services have told of themselves. */
@Injectable()
export class RecordNames {
  constructor(
    private readonly table: RouteTable,
    private readonly upstreams: Upstreams,
  ) {}

  /**
   * @param permission that is asked about with the record
   * @throws Malformed where it names no record, or one with which the permission has nothing to do
   * @throws Unavailable while a service that might have such records has not told of itself
   */
  parse(text: string, permission: Permission): RecordName {
    const [, name, id] = NAME.exec(text) ?? [];
    if (!name || !id) throw new Malformed("query.invalid", "record: <resource>/<id> is expected, as in accounts/<id>.");
    const all = servedResources(this.table.all());
    const resource = all.find((one) => one.name === name.toLowerCase());
    if (!resource) throw this.unknown(all);
    const concept = resource.read.replace(/\.read$/, ".");
    if (permission.startsWith(concept)) return { resource, id: id.toLowerCase() };
    const allowed = PERMISSIONS.filter((one) => one.startsWith(concept));
    throw new Malformed("query.invalid", `permission: it has nothing to do with ${resource.name}.`, { allowed });
  }

  private unknown(all: readonly ServedResource[]): Error {
    if (this.upstreams.all().some(({ name }) => !this.table.has(name)))
      return new Unavailable("service.unavailable", "Not every service has told of its records yet.", {
        retryAfter: 2,
      });
    const allowed = all.map(({ name }) => name).sort();
    return new Malformed("query.invalid", "record: there is no such resource behind the gateway.", { allowed });
  }
}

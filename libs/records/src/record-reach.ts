import { reaches, rowScope, SCOPES, type Bind, type RequestContext, type Scope } from "@kehu/auth";
import { NotFound, type Collaborator } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { OwnedEntity } from "./owned.entity.ts";
import type { RecordEntity } from "./record.entity.ts";
import type { Resource } from "./resource.ts";
import { Values } from "./caller-sql.ts";

/** Why a record is within reach: `team` and `subtree` by its owner's place, `pool` by the team in whose pool it lies. */
export type ReachedBy = "owner" | "team" | "subtree" | "pool" | "all" | "shared";

/** Whether a record is within reach of a permission, and why. */
export interface Reached {
  within: boolean;
  /** Null where it is not. */
  by: ReachedBy | null;
  /** Where it is shared: the entries that count for the caller. */
  collaborators: Collaborator[];
}

interface Row extends Record<Scope, boolean> {
  granted: boolean;
  pooled: boolean;
  entries: Collaborator[] | null;
}

const BY = { own: "owner", team: "team", subtree: "subtree", all: "all" } as const;
const OUT_OF_REACH: Reached = { within: false, by: null, collaborators: [] };

/** Says why a caller reaches a record. It asks `rowScope` with less and less, so that the rule stands in one place. */
@Injectable()
export class RecordReach {
  private readonly resources = new Map<string, Resource>();

  constructor(private readonly database: Database) {}

  /** Lets `of` find the records of a resource. */
  register<T extends RecordEntity>(resource: Resource<T>): void {
    this.resources.set(resource.name, resource);
  }

  /**
   * @param name of the resource (`accounts`)
   * @returns whether the caller reaches the record to read it, and under the permission
   * @throws NotFound where there is no such record, or it is deleted
   */
  async of(
    name: string,
    id: string,
    permission: string,
    who: RequestContext,
  ): Promise<{ read: Reached; permission: Reached }> {
    const resource = this.resources.get(name);
    if (!resource) throw new NotFound();
    const [read, asked] = await Promise.all(
      [resource.permissions.read, permission].map((one) => this.under(resource, id, one, who)),
    );
    return { read: read!, permission: asked! };
  }

  private async under(resource: Resource, id: string, permission: string, who: RequestContext): Promise<Reached> {
    const granted = Object.hasOwn(who.grants, permission) ? who.grants[permission] : undefined;
    const values = new Values();
    const row = values.bind(id);
    const columns =
      granted === undefined ? "false AS granted" : reasons(resource, permission, granted, who, values.bind);
    const [found] = await this.database.query<Row>(
      `SELECT ${columns}, t.owner_id IS NULL AS pooled FROM ${resource.table} t WHERE t.id = ${row} AND t.deleted_at IS NULL`,
      values.list,
    );
    if (!found) throw new NotFound();
    if (!found.granted) return OUT_OF_REACH;
    const narrowest = SCOPES.find((scope) => found[scope]);
    if (!narrowest) return { within: true, by: "shared", collaborators: found.entries ?? [] };
    const isPool = found.pooled && (narrowest === "team" || narrowest === "subtree");
    return { within: true, by: isPool ? "pool" : BY[narrowest], collaborators: [] };
  }
}

/** What the rule says with what was granted; with each scope up to that, sharing left out; and with each entry alone. */
function reasons(resource: Resource, permission: string, granted: Scope, who: RequestContext, bind: Bind): string {
  const as = (scope: Scope, alias: string, asHolder: boolean) =>
    `coalesce(${rowScope({ ...who, grants: { [permission]: scope } }, permission, alias, bind, { asHolder })}, false)`;
  const held = SCOPES.filter((scope) => reaches(granted, scope)).map(
    (scope) => `${as(scope, "t", true)} AS "${scope}"`,
  );
  const isOwned = resource.entity.prototype instanceof OwnedEntity;
  const entries = `(SELECT jsonb_agg(one.entry) FROM (
      SELECT t.owner_id, t.team_id, jsonb_build_array(entry) AS collaborators, entry
      FROM jsonb_array_elements(t.collaborators) AS entry) one
    WHERE ${as("own", "one", false)} AND NOT ${as("own", "one", true)})`;
  return [`${as(granted, "t", false)} AS granted`, ...held, ...(isOwned ? [`${entries} AS entries`] : [])].join(", ");
}

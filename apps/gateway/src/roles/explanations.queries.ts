import {
  NO_RULES,
  PERMISSIONS,
  signInternalToken,
  type InternalClaims,
  type Permission,
  type RequestContext,
  type Scope,
} from "@kehu/auth";
import { Malformed, NotFound, Unavailable } from "@kehu/contracts";
import { filterParameters, type Reached } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { ServedResource } from "../routing/served-resources.ts";
import { Upstreams } from "../routing/upstreams.ts";
import { PermissionsQueries, type RoleName, type UserGrants } from "./permissions.queries.ts";
import { RecordNames, type RecordName } from "./record-names.service.ts";

export const EXPLAIN = {
  permission: {
    description: "The permission that is asked about; it has to be given",
    schema: { type: "string", enum: PERMISSIONS },
  },
  record: {
    description: "A record that the caller may read",
    schema: { type: "string", description: "`<resource>/<id>`, as in `accounts/0199…`" },
  },
} as const;

/** Why something is not allowed. `not-readable`: the permission would reach the record, but who may not read it does nothing with it. */
type Denial = "user-suspended" | "user-invited" | "no-role" | "not-readable" | "not-in-scope";

/** How far a permission reaches, and by which roles. */
interface Granted {
  permission: Permission;
  /** Null where no role grants it. */
  scope: Scope | null;
  /** Those that give the scope. */
  roles: RoleName[];
}

interface Explanation extends Granted {
  userId: string;
  allowed: boolean;
  /** Null where it is allowed. */
  reason: Denial | null;
  /** Null where no record was named. */
  record: { resource: string; id: string; read: Granted & Reached; permission: Reached } | null;
}

/** Says whether somebody may do something, and why, or why not. */
@Injectable()
export class ExplanationsQueries {
  constructor(
    private readonly permissions: PermissionsQueries,
    private readonly names: RecordNames,
    private readonly upstreams: Upstreams,
  ) {}

  /**
   * @throws Malformed for a parameter that is missing or wrong
   * @throws NotFound for a user who is not there, or a record that the caller may not read
   * @throws Unavailable while the service of the record is away
   */
  async of(userId: string, query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<Explanation> {
    const given = filterParameters({}, query, Object.keys(EXPLAIN)).plain;
    const permission = permissionOf(given["permission"]);
    const name = given["record"] === undefined ? null : this.names.parse(given["record"], permission);
    const user = await this.permissions.grantsOf(userId);
    const granted = grantedBy(user, permission);
    const record = name && (await this.reachOf(user, name, permission, who));
    const reason = denialOf(user, granted, record);
    return { userId, allowed: reason === null, reason, ...granted, record };
  }

  private async reachOf(user: UserGrants, { resource, id }: RecordName, permission: Permission, who: RequestContext) {
    const { read } = resource;
    const caller = { actorId: who.actorId, actorType: who.actorType, grants: who.grants, place: who.place };
    const own = await this.ask(resource, id, read, caller);
    if (!own.read.within) throw new NotFound();
    const asked = await this.ask(resource, id, permission, { ...user, actorType: "user" });
    const reading = { ...grantedBy(user, read), ...asked.read };
    return { resource: resource.name, id, read: reading, permission: asked.permission };
  }

  /** The service judges in the name of whom it is about, with no more than what is asked. */
  private async ask(
    { service, name, read }: ServedResource,
    id: string,
    permission: Permission,
    { actorType, actorId, grants, place }: Pick<RequestContext, "actorType" | "actorId" | "grants" | "place">,
  ): Promise<{ read: Reached; permission: Reached }> {
    const wanted = Object.entries(grants).filter(([one]) => one === read || one === permission);
    const claims: InternalClaims = {
      actorType: actorType as InternalClaims["actorType"], // nothing but HTTP leads here
      actorId,
      sessionId: null,
      grants: Object.fromEntries(wanted),
      fieldRules: NO_RULES,
      place,
      timeZone: null,
    };
    const token = signInternalToken(claims, service, this.upstreams.get(service).key);
    const answer = await this.upstreams.answer(service, `/internal/reach/${name}/${id}/${permission}`, token);
    if (answer?.status === 404) throw new NotFound();
    if (answer?.status !== 200)
      throw new Unavailable("service.unavailable", "The service of this record does not answer now.", {
        retryAfter: 2,
      });
    return JSON.parse(answer.text) as { read: Reached; permission: Reached };
  }
}

function permissionOf(given: string | undefined): Permission {
  if ((PERMISSIONS as readonly (string | undefined)[]).includes(given)) return given as Permission;
  const message = given === undefined ? "Name a permission." : "There is no such permission.";
  throw new Malformed("query.invalid", `permission: ${message}`, { allowed: PERMISSIONS });
}

function grantedBy({ data }: UserGrants, permission: Permission): Granted {
  return data.find((one) => one.permission === permission) ?? { permission, scope: null, roles: [] };
}

function denialOf({ status }: UserGrants, { scope }: Granted, record: Explanation["record"]): Denial | null {
  if (status === "suspended") return "user-suspended";
  if (status === "invited") return "user-invited";
  if (scope === null) return "no-role";
  if (!record) return null;
  if (!record.permission.within) return "not-in-scope";
  return record.read.within ? null : "not-readable";
}

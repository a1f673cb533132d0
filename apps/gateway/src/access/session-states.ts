import { reaches, type FieldRules, type InternalClaims, type Permission, type Place, type Scope } from "@kehu/auth";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { LRUCache } from "lru-cache";
import { strictest } from "../roles/field-rules.ts";
import { AuthChanges, type ChangeKind, type Follower } from "./auth-changes.ts";

export type Grants = Readonly<Partial<Record<Permission, Scope>>>;

/** Who calls, and through what. */
export interface Caller {
  readonly actorType: InternalClaims["actorType"];
  /** Where an API key acts: its owner. */
  readonly userId: string;
  /** Where an API key acts: its id. */
  readonly sessionId: string;
}

/** A session of an active user, or an API key of his, as it is now. */
export interface SessionState extends Caller {
  readonly grants: Grants;
  readonly fieldRules: FieldRules;
  readonly place: Place | null;
  readonly timeZone: string | null;
  readonly expiresAt: number;
  /** Internal tokens made for this state; they go with it. */
  readonly internalTokens: Map<string, { token: string; until: number }>;
}

const CAPACITY = 20_000;

const OF_USER = `u.id AS user_id, u.team_id, u.team_path, u.time_zone,
    coalesce((SELECT json_agg(json_build_object('grants', r.grants, 'fieldRules', r.field_rules)) FROM role r
      WHERE r.id = ANY(u.role_ids) AND r.deleted_at IS NULL), '[]') AS roles`;
const MAY_CALL = "revoked_at IS NULL AND u.status = 'active' AND u.deleted_at IS NULL";

const STATE = {
  user: `SELECT s.expires_at, ${OF_USER} FROM session s JOIN app_user u ON u.id = s.user_id
    WHERE s.id = $1 AND s.${MAY_CALL}`,
  "api-key": `SELECT k.expires_at, k.grants AS narrowing, ${OF_USER} FROM api_key k JOIN app_user u ON u.id = k.owner_id
    WHERE k.id = $1 AND k.${MAY_CALL}`,
};

/** Columns of a user that say where he stands. */
export interface PlaceRow {
  team_id: string | null;
  team_path: string | null;
}

export function placeOf({ team_id, team_path }: PlaceRow): Place | null {
  return team_id && team_path ? { teamId: team_id, path: team_path } : null;
}

interface StateRow extends PlaceRow {
  user_id: string;
  time_zone: string | null;
  /** Null for a key that is good until it is revoked. */
  expires_at: Date | null;
  roles: { grants: Grants; fieldRules: FieldRules }[];
  /** A key's own. */
  narrowing?: Grants;
}

/** What sessions may do, in memory; forgotten as soon as something about them changes. */
@Injectable()
export class SessionStates implements Follower {
  private readonly states = new LRUCache<string, SessionState>({ max: CAPACITY });
  private readonly loading = new Map<string, Promise<SessionState | undefined>>();
  /** Raised by every change: what was read before it is not kept. */
  private generation = 0;

  constructor(
    private readonly database: Database,
    changes: AuthChanges,
  ) {
    changes.follow(this);
  }

  /** The session or key, or undefined where it has ended, is another user's, or its user may not sign in. */
  async get(caller: Caller, now: number): Promise<SessionState | undefined> {
    const state = this.states.get(caller.sessionId) ?? (await this.load(caller));
    return state?.userId === caller.userId && now < state.expiresAt ? state : undefined;
  }

  forget(kind: ChangeKind, subject: string): void {
    this.generation += 1;
    this.loading.clear();
    if (kind === "session" || kind === "api-key") this.states.delete(subject);
    else if (kind === "role") this.states.clear();
    else for (const [id, state] of [...this.states]) if (state.userId === subject) this.states.delete(id);
  }

  forgetAll(): void {
    this.generation += 1;
    this.loading.clear();
    this.states.clear();
  }

  private load(caller: Caller): Promise<SessionState | undefined> {
    const { sessionId } = caller;
    let promise = this.loading.get(sessionId);
    if (!promise) {
      promise = this.read(caller).finally(() => {
        if (this.loading.get(sessionId) === promise) this.loading.delete(sessionId);
      });
      this.loading.set(sessionId, promise);
    }
    return promise;
  }

  private async read({ actorType, sessionId }: Caller): Promise<SessionState | undefined> {
    const generation = this.generation;
    const [row] = await this.database.query<StateRow>(STATE[actorType], [sessionId]);
    if (!row) return undefined;
    const grants = widest(row.roles.map((role) => role.grants));
    const state: SessionState = {
      actorType,
      sessionId,
      userId: row.user_id,
      grants: row.narrowing ? narrowed(grants, row.narrowing) : grants,
      fieldRules: strictest(row.roles.map((role) => role.fieldRules)),
      place: placeOf(row),
      timeZone: row.time_zone,
      expiresAt: row.expires_at?.getTime() ?? Infinity,
      internalTokens: new Map(),
    };
    if (generation === this.generation) this.states.set(sessionId, state);
    return state;
  }
}

/** Of several roles the widest scope wins. */
export function widest(roles: readonly Grants[]): Grants {
  const result: Partial<Record<Permission, Scope>> = {};
  for (const grants of roles) {
    for (const [permission, scope] of Object.entries(grants) as [Permission, Scope][]) {
      if (!reaches(result[permission], scope)) result[permission] = scope;
    }
  }
  return result;
}

/** What a key may do: what it was given, as far as its owner may do it. */
export function narrowed(owner: Grants, key: Grants): Grants {
  const entries = Object.entries(key) as [Permission, Scope][];
  return Object.fromEntries(
    entries.flatMap(([permission, scope]) => {
      const most = owner[permission];
      return most === undefined ? [] : [[permission, reaches(most, scope) ? scope : most]];
    }),
  );
}

/** The caller as contexts and internal tokens name him. */
export function claimsOf(state: SessionState): InternalClaims {
  const { actorType, userId, sessionId, grants, fieldRules, place, timeZone } = state;
  return { actorType, actorId: userId, sessionId, grants, fieldRules, place, timeZone };
}

import { NO_RULES, reaches, type FieldRules, type Permission, type Place, type Scope } from "@kehu/auth";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { AuthChanges, type ChangeKind, type Follower } from "./auth-changes.ts";

export type Grants = Readonly<Partial<Record<Permission, Scope>>>;

/** A session of an active user, as it is now. */
export interface SessionState {
  readonly sessionId: string;
  readonly userId: string;
  readonly grants: Grants;
  readonly fieldRules: FieldRules;
  readonly place: Place | null;
  readonly expiresAt: number;
  /** Internal tokens made for this state; they go with it. */
  readonly internalTokens: Map<string, { token: string; until: number }>;
}

const CAPACITY = 20_000;

const STATE = `
  SELECT s.user_id, s.expires_at, u.team_id, u.team_path,
    coalesce((SELECT json_agg(r.grants) FROM role r WHERE r.id = ANY(u.role_ids) AND r.deleted_at IS NULL), '[]') AS grants
  FROM session s JOIN app_user u ON u.id = s.user_id
  WHERE s.id = $1 AND s.revoked_at IS NULL AND u.status = 'active' AND u.deleted_at IS NULL`;

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
  expires_at: Date;
  grants: Grants[];
}

/** What sessions may do, in memory; forgotten as soon as something about them changes. */
@Injectable()
export class SessionStates implements Follower {
  private readonly states = new Map<string, SessionState>();
  private readonly loading = new Map<string, Promise<SessionState | undefined>>();
  /** Raised by every change: what was read before it is not kept. */
  private generation = 0;

  constructor(
    private readonly database: Database,
    changes: AuthChanges,
  ) {
    changes.follow(this);
  }

  /** The session, or undefined where it has ended or its user may not sign in. */
  async get(sessionId: string, now: number): Promise<SessionState | undefined> {
    const state = this.states.get(sessionId) ?? (await this.load(sessionId));
    return state && now < state.expiresAt ? state : undefined;
  }

  forget(kind: ChangeKind, subject: string): void {
    this.generation += 1;
    this.loading.clear();
    if (kind === "session") this.states.delete(subject);
    else if (kind === "role") this.states.clear();
    else for (const [id, state] of this.states) if (state.userId === subject) this.states.delete(id);
  }

  forgetAll(): void {
    this.generation += 1;
    this.loading.clear();
    this.states.clear();
  }

  private load(sessionId: string): Promise<SessionState | undefined> {
    let promise = this.loading.get(sessionId);
    if (!promise) {
      promise = this.read(sessionId).finally(() => {
        if (this.loading.get(sessionId) === promise) this.loading.delete(sessionId);
      });
      this.loading.set(sessionId, promise);
    }
    return promise;
  }

  private async read(sessionId: string): Promise<SessionState | undefined> {
    const generation = this.generation;
    const [row] = await this.database.query<StateRow>(STATE, [sessionId]);
    if (!row) return undefined;
    const state: SessionState = {
      sessionId,
      userId: row.user_id,
      grants: widest(row.grants),
      fieldRules: NO_RULES,
      place: placeOf(row),
      expiresAt: row.expires_at.getTime(),
      internalTokens: new Map(),
    };
    if (generation === this.generation) this.keep(state);
    return state;
  }

  private keep(state: SessionState): void {
    const oldest = this.states.size >= CAPACITY ? this.states.keys().next().value : undefined;
    if (oldest !== undefined) this.states.delete(oldest);
    this.states.set(state.sessionId, state);
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

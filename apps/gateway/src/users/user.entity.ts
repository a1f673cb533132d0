import { Conflict, Forbidden, IllegalTransition, type DomainEvent, type UserState } from "@kehu/contracts";
import { assign, event, normalEmail, RecordEntity, required, unknownReference } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { ADMINISTRATOR_ROLE } from "../roles/built-in-roles.ts";
import type { TeamTree } from "../teams/team-paths.ts";
import type { CreateUser, ImportUser, UpdateUser } from "./user.dto.ts";
import { NEXT, type UserStatus } from "./user-status.ts";

/** What a user has to know of the others; changes with each user that is decided about. */
export interface Colleagues {
  /** Whether each may do more than the caller. */
  roles: ReadonlyMap<string, { isBeyond: boolean }>;
  /** Email -> id of the user who has it. */
  emails: Map<string, string>;
  teams: TeamTree;
  /** Ids of the active administrators. */
  administrators: Set<string>;
}

/** Who gets what a user owns. */
export interface HandoverFacts {
  handoverId: string;
  toUserId: string | null;
  toTeamId: string | null;
  /** Names of resources; null: everything. */
  resources: string[] | null;
}

@Entity({ schema: "identity", name: "app_user" })
export class User extends RecordEntity {
  @Column("text") email: string;
  @Column("text", { name: "first_name", nullable: true }) firstName: string | null;
  @Column("text", { name: "last_name" }) lastName: string;
  /** First and last name with a space between. */
  @Column("text") name: string;
  @Column("text") status: UserStatus;
  @Column("uuid", { name: "team_id", nullable: true }) teamId: string | null;
  @Column("text", { name: "team_path", nullable: true }) teamPath: string | null;
  @Column("uuid", { name: "role_ids", array: true }) roleIds: string[];
  @Column("text") language: string;
  @Column("text", { name: "time_zone", nullable: true }) timeZone: string | null;

  open(data: CreateUser, now: Date, colleagues: Colleagues): DomainEvent[] {
    this.ownerId = null; // a user belongs to nobody, not even to who invites him
    assign(this, { status: "invited", roleIds: [], language: "en" });
    this.set(data, colleagues);
    return [event("identity.user.invited", this, now)];
  }

  imported(data: Partial<ImportUser>, now: Date, colleagues: Colleagues): DomainEvent[] {
    if (this.version > 0) return this.update(data, now, colleagues);
    if (data.email === undefined) throw required("email");
    if (data.lastName === undefined) throw required("lastName");
    return this.open(data as CreateUser, now, colleagues);
  }

  update(patch: UpdateUser, now: Date, colleagues: Colleagues): DomainEvent[] {
    return this.set(patch, colleagues) ? [event("identity.user.updated", this, now)] : [];
  }

  get isActiveAdministrator(): boolean {
    return this.status === "active" && this.roleIds.includes(ADMINISTRATOR_ROLE);
  }

  /** Where there is no administrator yet: a user of version 0, or one who is there already, becomes one. */
  becomeFirstAdministrator(now: Date): DomainEvent[] {
    const roleIds = [...new Set([...this.roleIds, ADMINISTRATOR_ROLE])];
    const born = this.version === 0 ? [event("identity.user.invited", this, now)] : [];
    assign(this, { roleIds, status: "active" });
    return [...born, event("identity.user.activated", this, now)];
  }

  /** Takes up an invitation. */
  activate(now: Date): DomainEvent[] {
    if (this.status !== "invited") throw new IllegalTransition("user", this.status, "active", NEXT[this.status]);
    this.status = "active";
    return [event("identity.user.activated", this, now)];
  }

  suspend(now: Date, administrators: Set<string>): DomainEvent[] {
    if (this.status !== "active") throw new IllegalTransition("user", this.status, "suspended", NEXT[this.status]);
    this.mustNotBeTheLast(administrators);
    this.status = "suspended";
    return [event("identity.user.suspended", this, now)];
  }

  reactivate(now: Date): DomainEvent[] {
    if (this.status !== "suspended") throw new IllegalTransition("user", this.status, "active", NEXT[this.status]);
    this.status = "active";
    return [event("identity.user.reactivated", this, now)];
  }

  /** What he owns goes to another user, or into the pool of a team. Typically he is suspended: else he could go on. */
  handOver(facts: HandoverFacts, now: Date): DomainEvent[] {
    return [event("identity.user.handed-over", this, now, { ...facts })];
  }

  remove(now: Date, administrators = new Set<string>()): DomainEvent[] {
    this.mustNotBeTheLast(administrators);
    this.deletedAt = now;
    return [event("identity.user.deleted", this, now)];
  }

  /**
   * @param teams as they are now: his own may have moved, or gone, meanwhile
   * @param twinId who has his email now
   */
  restore(now: Date, teams?: TeamTree, twinId: string | null = null): DomainEvent[] {
    if (twinId !== null)
      throw new Conflict("user.email-taken", `The user ${twinId} has this email: give him another one first.`, {
        conflicts: [{ field: "email", recordId: twinId }],
      });
    this.deletedAt = null;
    if (this.teamId && teams) {
      this.teamId = teams.has(this.teamId) ? this.teamId : null;
      this.teamPath = this.teamId && teams.path(this.teamId);
    }
    return [event("identity.user.restored", this, now)];
  }

  state(): UserState {
    return {
      ...this.base(),
      email: this.email,
      firstName: this.firstName,
      lastName: this.lastName,
      name: this.name,
      status: this.status,
      teamId: this.teamId,
      teamPath: this.teamPath,
      roleIds: this.roleIds,
      language: this.language,
      timeZone: this.timeZone,
    };
  }

  /** His team, or one above it, stands elsewhere now. */
  moveWithTeam(teams: TeamTree, now: Date): DomainEvent[] {
    const teamPath = this.teamId && teams.path(this.teamId);
    return assign(this, { teamPath }) ? [event("identity.user.updated", this, now)] : [];
  }

  private set(data: UpdateUser, colleagues: Colleagues): boolean {
    if (data.roleIds) this.mustKeepRoles(data.roleIds, colleagues);
    const teamPath = data.teamId === undefined ? undefined : pathIn(colleagues.teams, data.teamId);
    const email = data.email === undefined ? undefined : normalEmail(data.email);
    if (email !== undefined && email !== this.email) {
      this.mustBeWithinReach(colleagues);
      this.mustBeFree(email, colleagues.emails);
    }
    const differs = assign(this, { ...data, email, teamPath });
    this.name = [this.firstName, this.lastName].filter((part) => part).join(" ");
    return differs;
  }

  /** Whoever reads his mail could become him: by a link of his invitation, say. */
  private mustBeWithinReach({ roles }: Colleagues): void {
    if (this.version > 0 && this.roleIds.some((id) => roles.get(id)?.isBeyond))
      throw new Forbidden("user.beyond-own", "You cannot change the email of somebody who may do more than you.");
  }

  private mustBeFree(email: string, emails: Map<string, string>): void {
    const holder = emails.get(email);
    if (holder !== undefined && holder !== this.id)
      throw new Conflict("user.email-taken", "Another user has this email.");
    emails.set(email, this.id);
  }

  private mustKeepRoles(roleIds: readonly string[], { roles, administrators }: Colleagues): void {
    if (!roleIds.every((id) => roles.has(id))) throw unknownReference("roleIds", "role");
    if (roleIds.some((id) => !this.roleIds.includes(id) && roles.get(id)!.isBeyond))
      throw new Forbidden("role.beyond-own", "You cannot give a role that may do more than you.");
    if (!roleIds.includes(ADMINISTRATOR_ROLE)) this.mustNotBeTheLast(administrators);
  }

  private mustNotBeTheLast(administrators: Set<string>): void {
    if (!administrators.has(this.id)) return;
    if (administrators.size === 1)
      throw new Conflict("user.last-administrator", "An active administrator must be left.");
    administrators.delete(this.id);
  }
}

function pathIn(teams: TeamTree, teamId: string | null): string | null {
  if (teamId === null) return null;
  if (!teams.has(teamId)) throw unknownReference("teamId", "team");
  return teams.path(teamId);
}

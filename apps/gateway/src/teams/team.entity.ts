import { Conflict, RuleViolation, type DomainEvent, type TeamState } from "@kehu/contracts";
import { assign, event, RecordEntity, required, unknownReference } from "@kehu/records";
import { Column, Entity } from "typeorm";
import type { CreateTeam, ImportTeam, UpdateTeam } from "./team.dto.ts";
import { LEVELS, type TeamTree } from "./team-paths.ts";

/** People who work together, in a tree: who leads a team may be shown what the teams below it have. It belongs to nobody. */
@Entity({ schema: "identity", name: "team" })
export class Team extends RecordEntity {
  @Column("text") name: string;
  @Column("uuid", { name: "parent_id", nullable: true }) parentId: string | null;
  @Column("text") path: string;

  open(data: CreateTeam, now: Date, teams: TeamTree): DomainEvent[] {
    this.mustFitUnder(data.parentId, teams, 1);
    assign(this, { ...data, ownerId: null, path: teams.pathUnder(data.parentId ?? null, this.id) });
    return [event("identity.team.created", this, now)];
  }

  imported(data: Partial<ImportTeam>, now: Date, teams: TeamTree): DomainEvent[] {
    if (this.version > 0) return this.update(data, now, teams);
    if (data.name === undefined) throw required("name");
    return this.open(data as CreateTeam, now, teams);
  }

  update(patch: UpdateTeam, now: Date, teams: TeamTree): DomainEvent[] {
    if (patch.parentId !== undefined) this.mustFitUnder(patch.parentId, teams, teams.height(this.id));
    const path = patch.parentId === undefined ? undefined : teams.pathUnder(patch.parentId, this.id);
    return assign(this, { ...patch, path }) ? [event("identity.team.updated", this, now)] : [];
  }

  /** A team above it stands elsewhere now. */
  moveAlong(teams: TeamTree, now: Date): DomainEvent[] {
    return assign(this, { path: teams.path(this.id) }) ? [event("identity.team.updated", this, now)] : [];
  }

  /** @param inUse teams or people are in it */
  remove(now: Date, inUse = false): DomainEvent[] {
    if (inUse) throw new Conflict("team.in-use", "Move the people and teams in this team first.");
    this.deletedAt = now;
    return [event("identity.team.deleted", this, now)];
  }

  /** @param teams given by who has read them */
  restore(now: Date, teams?: TeamTree): DomainEvent[] {
    if (this.parentId && teams && !teams.has(this.parentId))
      throw new Conflict("team.parent-deleted", "Restore the parent team first.");
    this.deletedAt = null;
    if (teams) this.path = teams.pathUnder(this.parentId, this.id);
    return [event("identity.team.restored", this, now)];
  }

  state(): TeamState {
    return { ...this.base(), name: this.name, parentId: this.parentId, path: this.path };
  }

  /** @param height levels that the team itself has, with those below it */
  private mustFitUnder(parentId: string | null | undefined, teams: TeamTree, height: number): void {
    if (parentId && !teams.has(parentId)) throw unknownReference("parentId", "team");
    const above = parentId ? teams.line(parentId) : [];
    if (above.includes(this.id)) throw new RuleViolation("team.parent-circle", "A team cannot stand below itself.");
    if (above.length + height > LEVELS)
      throw new RuleViolation("team.too-deep", `Teams stand at most ${LEVELS} levels deep.`);
  }
}

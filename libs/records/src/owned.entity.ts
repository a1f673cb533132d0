import { RuleViolation, type Collaborator, type DomainEvent } from "@kehu/contracts";
import { Column } from "typeorm";
import type { CustomValues } from "./field.ts";
import { RecordEntity, type PublicState } from "./record.entity.ts";

/** In whose hands a record is: a person's, or a team's pool until somebody takes it. */
export type Holder = { ownerId: string; teamId: null } | { ownerId: null; teamId: string };

interface OwnedState extends PublicState {
  teamId: string | null;
  collaborators: Collaborator[];
  custom: CustomValues;
  tags: string[];
}

/** The most users and teams with whom a record is shared. */
const MOST_COLLABORATORS = 50;

/** A record that people own. */
export abstract class OwnedEntity extends RecordEntity {
  @Column("uuid", { name: "team_id", nullable: true }) teamId: string | null;
  @Column("jsonb") collaborators: Collaborator[];
  /** Values of the fields that the company has added; replaced, never changed in place. */
  @Column("jsonb") custom: CustomValues;
  @Column("text", { array: true }) tags: string[];

  abstract handOver(holder: Holder, now: Date): DomainEvent[];

  /** Sets with whom the record is shared. */
  abstract share(collaborators: Collaborator[], now: Date): DomainEvent[];

  /**
   * Those with whom it is shared when one of them is added, changed or taken away.
   *
   * @param access null takes him away
   * @throws RuleViolation `record.too-many-collaborators`
   */
  collaboratorsWith({ type, id }: Pick<Collaborator, "type" | "id">, access: Collaborator["access"] | null) {
    const others = this.collaborators.filter((one) => one.type !== type || one.id !== id);
    if (access === null) return others;
    if (others.length >= MOST_COLLABORATORS) {
      throw new RuleViolation(
        "record.too-many-collaborators",
        `A record is shared with at most ${MOST_COLLABORATORS} users and teams: share it with a team instead.`,
      );
    }
    return [...others, { type, id, access }];
  }

  protected override base(): OwnedState {
    const { teamId, collaborators, custom, tags } = this;
    return { ...super.base(), teamId, collaborators, custom, tags };
  }
}

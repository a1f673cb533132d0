import type { RequestContext } from "@kehu/auth";
import { NotFound, RuleViolation, type Collaborator } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import { Clock } from "./clock.ts";
import type { OwnerDto } from "./dto.ts";
import type { Holder, OwnedEntity } from "./owned.entity.ts";
import { Records } from "./records.ts";
import { References } from "./references.ts";
import type { WriteReply } from "./reply.ts";
import type { Resource } from "./resource.ts";

/** Who holds a record, and with whom it is shared. Only who reaches it as its owner, or like him, changes that. */
@Injectable()
export class Ownership {
  constructor(
    private readonly records: Records,
    private readonly references: References,
    private readonly clock: Clock,
  ) {}

  /**
   * Hands a record to a user, or into the pool of a team.
   *
   * @throws RuleViolation naming the field, when not exactly one of the two is given or it is unknown
   */
  async handOver<T extends OwnedEntity>(
    resource: Resource<T>,
    id: string,
    to: OwnerDto,
    who: RequestContext,
  ): Promise<WriteReply> {
    if ((to.ownerId === undefined) === (to.teamId === undefined)) throw oneHolder();
    await this.references.arrive(resource, [to], who);
    return this.records.change(
      resource,
      id,
      who,
      async (record, tx) => {
        const { ownerId = null, teamId = null } = await this.references.resolve(tx, resource, to, who);
        return record.handOver({ ownerId, teamId } as Holder, this.clock.now());
      },
      { asHolder: true },
    );
  }

  /**
   * Shares a record with a user or a team.
   *
   * @throws RuleViolation `reference.unknown`, `record.too-many-collaborators`
   */
  async share<T extends OwnedEntity>(
    resource: Resource<T>,
    id: string,
    collaborator: Collaborator,
    who: RequestContext,
  ): Promise<WriteReply> {
    const named = { collaborators: [collaborator] };
    await this.references.arrive(resource, [named], who);
    return this.records.change(
      resource,
      id,
      who,
      async (record, tx) => {
        await this.references.resolve(tx, resource, named, who);
        return record.share(record.collaboratorsWith(collaborator, collaborator.access), this.clock.now());
      },
      { asHolder: true },
    );
  }

  /**
   * Shares it no longer.
   *
   * @throws NotFound also for somebody with whom it is not shared, as another record may be
   */
  unshare<T extends OwnedEntity>(
    resource: Resource<T>,
    id: string,
    collaborator: Pick<Collaborator, "type" | "id">,
    who: RequestContext,
  ): Promise<WriteReply> {
    return this.records.change(
      resource,
      id,
      who,
      (record) => {
        const others = record.collaboratorsWith(collaborator, null);
        if (others.length === record.collaborators.length) throw new NotFound();
        return record.share(others, this.clock.now());
      },
      { asHolder: true },
    );
  }
}

function oneHolder(): RuleViolation {
  const message = "Give ownerId, or teamId for the pool of a team.";
  return new RuleViolation("request.invalid", message, {
    errors: [{ field: "ownerId", code: "field.required", message }],
  });
}

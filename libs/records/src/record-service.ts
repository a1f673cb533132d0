import type { RequestContext } from "@kehu/auth";
import type { Collaborator } from "@kehu/contracts";
import { BusOperations } from "@kehu/messaging";
import { Injectable } from "@nestjs/common";
import type { BulkRequest } from "./bulk.dto.ts";
import { Bulk } from "./bulk.ts";
import { Clock } from "./clock.ts";
import { CustomFields } from "./custom-fields.ts";
import { Dependents } from "./dependents.ts";
import { Erasures } from "./erasures.ts";
import type { OwnerDto } from "./dto.ts";
import { Handovers } from "./handovers.ts";
import type { OwnedEntity } from "./owned.entity.ts";
import { Orphans } from "./orphans.ts";
import { Ownership } from "./ownership.ts";
import { Purge } from "./purge.ts";
import type { RecordEntity } from "./record.entity.ts";
import { namedWith, type ListParameters } from "./query-parameters.ts";
import { RecordReach } from "./record-reach.ts";
import { Records } from "./records.ts";
import { Relations } from "./relations.ts";
import type { Resource } from "./resource.ts";
import { snapshotsOf } from "./snapshots.ts";
import { Subjects } from "./subjects.ts";

/** What a slice's service works with. */
@Injectable()
export class Writing {
  constructor(
    readonly records: Records,
    readonly bulk: Bulk,
    readonly ownership: Ownership,
    readonly clock: Clock,
    readonly operations: BusOperations,
    readonly erasures: Erasures,
    readonly handovers: Handovers,
    readonly reach: RecordReach,
    readonly subjects: Subjects,
    readonly custom: CustomFields,
    readonly relations: Relations,
    readonly purge: Purge,
    readonly orphans: Orphans,
    readonly dependents: Dependents,
  ) {}
}

/** The writes that every resource has, also one whose records belong to nobody. */
export abstract class UnownedRecordService<T extends RecordEntity> {
  protected constructor(
    protected readonly resource: Resource<T>,
    protected readonly writing: Writing,
  ) {
    writing.operations.register(snapshotsOf(resource, writing.records.rows));
    writing.erasures.register(resource);
    writing.reach.register(resource);
    writing.subjects.register(resource);
    writing.custom.register(resource);
    writing.relations.register(resource);
    writing.purge.register(resource);
    writing.orphans.register(resource);
    writing.dependents.register(resource);
  }

  create(data: object, who: RequestContext) {
    return this.writing.records.create(this.resource, data, who);
  }

  update(id: string, patch: object, who: RequestContext) {
    return this.writing.records.patch(this.resource, id, patch, who);
  }

  /** @param query `with` names resources of which what refers to the record goes with it */
  remove(id: string, who: RequestContext, query: ListParameters = {}) {
    return this.writing.dependents.remove(this.resource, id, namedWith(this.resource, query), who);
  }

  /** Brings back what was deleted together with it, too. */
  restore(id: string, who: RequestContext) {
    return this.writing.dependents.restore(this.resource, id, who);
  }

  /** What refers to the record, and what of it would go with it. */
  dependents(id: string, who: RequestContext) {
    return this.writing.dependents.of(this.resource, id, who);
  }

  /** Erases the person whom the record is about. */
  erase(id: string, who: RequestContext) {
    return this.writing.erasures.erase(this.resource, id, who);
  }

  bulk(request: BulkRequest, who: RequestContext) {
    return this.writing.bulk.run(this.resource, request, who);
  }
}

/** The writes of records that have an owner; a slice's service adds those of its own. */
export abstract class RecordService<T extends OwnedEntity> extends UnownedRecordService<T> {
  protected constructor(resource: Resource<T>, writing: Writing) {
    super(resource, writing);
    writing.handovers.register(resource);
  }

  handOver(id: string, to: OwnerDto, who: RequestContext) {
    return this.writing.ownership.handOver(this.resource, id, to, who);
  }

  share(id: string, collaborator: Collaborator, who: RequestContext) {
    return this.writing.ownership.share(this.resource, id, collaborator, who);
  }

  unshare(id: string, collaborator: Pick<Collaborator, "type" | "id">, who: RequestContext) {
    return this.writing.ownership.unshare(this.resource, id, collaborator, who);
  }
}

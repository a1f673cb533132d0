import type { DomainEvent, QueueState } from "@kehu/contracts";
import { assign, event, RecordEntity, required } from "@kehu/records";
import { Column, Entity } from "typeorm";
import type { CreateQueue, ImportQueue, UpdateQueue } from "./queue.dto.ts";

/** Where tickets wait for somebody to take them. It belongs to nobody. */
@Entity({ schema: "service_desk", name: "queue" })
export class Queue extends RecordEntity {
  @Column("text") name: string;
  @Column("text", { nullable: true }) description: string | null;

  open(data: CreateQueue, now: Date): DomainEvent[] {
    assign(this, { ...data, ownerId: null });
    return [event("service-desk.queue.created", this, now)];
  }

  imported(data: Partial<ImportQueue>, now: Date): DomainEvent[] {
    if (this.version === 0 && data.name === undefined) throw required("name");
    if (!assign(this, data)) return [];
    return [event(this.version === 0 ? "service-desk.queue.created" : "service-desk.queue.updated", this, now)];
  }

  update(patch: UpdateQueue, now: Date): DomainEvent[] {
    return assign(this, patch) ? [event("service-desk.queue.updated", this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("service-desk.queue.deleted", this, now)];
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("service-desk.queue.restored", this, now)];
  }

  state(): QueueState {
    return { ...this.base(), name: this.name, description: this.description };
  }
}

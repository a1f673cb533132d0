import {
  type Collaborator,
  type DomainEvent,
  IllegalTransition,
  type Link,
  RuleViolation,
  type TaskState,
} from "@kehu/contracts";
import { assign, event, type Holder, OwnedEntity, required } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { distinctLinks } from "../links/link.ts";
import { NEXT, type TaskStatus } from "./task-status.ts";
import type { CreateTask, ImportTask, UpdateTask } from "./task.dto.ts";

@Entity({ schema: "customer", name: "task" })
export class Task extends OwnedEntity {
  @Column("text") subject: string;
  @Column("text", { nullable: true }) status: TaskStatus | null;
  @Column("timestamptz", { name: "due_at", nullable: true }) dueAt: Date | null;
  @Column("timestamptz", { name: "completed_at", nullable: true }) completedAt: Date | null;
  @Column("jsonb") links: Link[];

  open(data: CreateTask, now: Date): DomainEvent[] {
    this.begin();
    this.set(data);
    return [event("customer.task.created", this, now)];
  }

  imported({ status, completedAt, ...data }: Partial<ImportTask>, now: Date): DomainEvent[] {
    const isNew = this.version === 0;
    if (isNew && data.subject === undefined) throw required("subject");
    const from = isNew ? "open" : this.status;
    const to = status === undefined ? from : status;
    if (completedAt && to !== "completed") throw notCompleted();
    const events: DomainEvent[] = [];
    if (isNew) {
      this.begin();
      this.set({ ...data, status: to === "completed" ? "open" : to });
      events.push(event("customer.task.created", this, now));
    }
    const done = to === "completed" ? completedAt : null;
    if (!this.set({ ...data, status: to, completedAt: done })) return events;
    return [...events, event(factOf(from, to), this, now)];
  }

  update(patch: UpdateTask, now: Date): DomainEvent[] {
    if (patch.status && patch.status !== this.status) this.mustReach(patch.status);
    return this.set(patch) ? [event("customer.task.updated", this, now)] : [];
  }

  complete(now: Date): DomainEvent[] {
    this.mustReach("completed");
    this.set({ status: "completed", completedAt: now });
    return [event("customer.task.completed", this, now)];
  }

  reopen(now: Date): DomainEvent[] {
    if (this.status !== "completed") throw new IllegalTransition("task", this.status ?? "open", "open", ["complete"]);
    this.set({ status: "open", completedAt: null });
    return [event("customer.task.reopened", this, now)];
  }

  handOver(holder: Holder, now: Date): DomainEvent[] {
    const from = this.ownerId;
    return assign(this, holder) ? [event("customer.task.owner-changed", this, now, { from })] : [];
  }

  share(collaborators: Collaborator[], now: Date): DomainEvent[] {
    return assign(this, { collaborators }) ? [event("customer.task.updated", this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("customer.task.deleted", this, now)];
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("customer.task.restored", this, now)];
  }

  state(): TaskState {
    return {
      ...this.base(),
      subject: this.subject,
      status: this.status,
      dueAt: this.dueAt?.toISOString() ?? null,
      completedAt: this.completedAt?.toISOString() ?? null,
      links: this.links,
    };
  }

  private begin(): void {
    this.status = "open";
    this.links = [];
  }

  /** A completed task is reopened by its verb only; one without a status is to do. */
  private mustReach(status: TaskStatus): void {
    const from = this.status ?? "open";
    const illegal = from === "completed" || !(from === status || NEXT[from].includes(status));
    if (illegal) throw new IllegalTransition("task", from, status, from === "completed" ? ["reopen"] : NEXT[from]);
  }

  private set({ links, ...patch }: Partial<ImportTask>): boolean {
    return assign(this, { ...patch, links: links && distinctLinks(links) });
  }
}

function factOf(from: TaskStatus | null, to: TaskStatus | null) {
  if (to === "completed" && from !== "completed") return "customer.task.completed";
  return from === "completed" && to !== "completed" ? "customer.task.reopened" : "customer.task.updated";
}

function notCompleted(): RuleViolation {
  const message = "Only a completed task has a time of completion.";
  return new RuleViolation("task.not-completed", message, {
    errors: [{ field: "completedAt", code: "task.not-completed", message }],
  });
}

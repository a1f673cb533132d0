import type { Actor, DomainEvent, EventType } from "@kehu/contracts";
import type { ExportJob } from "./export-jobs.ts";

/** What a service calls the events of its exports. */
export interface ExportNews {
  completed: EventType;
  downloaded: EventType;
}

/** @returns the event that says so; an entry of the audit trail is made of it, with the names of the columns */
export function exportEvent(type: EventType, job: ExportJob, now: Date): DomainEvent {
  const { id, resource, format, rows, bytes, queued_at, columns } = job;
  const state = {
    id,
    ownerId: job.caller.actorId,
    externalIds: [],
    createdAt: queued_at.toISOString(),
    updatedAt: now.toISOString(),
    deletedAt: null,
    resource,
    format,
    rows,
    bytes: Number(bytes),
  };
  return { type, subject: id, version: job.version, time: now, data: { changed: columns ?? [], export: state } };
}

/** Who asked for it, in the request in which he did. */
export function requesterOf({ caller }: ExportJob): Actor {
  const { actorType, actorId, sessionId, requestId } = caller;
  return { actorType, actorId, sessionId, requestId, origin: "api" };
}

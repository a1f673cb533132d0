import { Type, type Static } from "typebox";
import { concept, nullable, RecordState } from "../event.ts";

export const QueueState = Type.Object({ ...RecordState, name: Type.String(), description: nullable(Type.String()) });
export type QueueState = Static<typeof QueueState>;

const queue = concept("kehu.service-desk.queue", "queue", QueueState, {
  id: "0199c1a0-0000-7000-8000-000000000009",
  ownerId: null,
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  name: "Support",
  description: null,
});

export const QUEUE_EVENTS = {
  "service-desk.queue.created": queue(),
  "service-desk.queue.updated": queue(),
  "service-desk.queue.deleted": queue(),
  "service-desk.queue.restored": queue(),
  "service-desk.queue.purged": queue.purged,
  "service-desk.queue.snapshot": queue(),
};

import { Type, type Static } from "typebox";
import { concept, Instant, nullable, oneOf, OwnedState, Uuid } from "../event.ts";
import { Link } from "./interaction.ts";

export const TASK_STATUSES = ["open", "in_progress", "waiting", "deferred", "completed"] as const;

export const TaskState = Type.Object({
  ...OwnedState,
  subject: Type.String(),
  status: nullable(oneOf(TASK_STATUSES)),
  dueAt: nullable(Instant),
  completedAt: nullable(Instant),
  links: Type.Array(Link),
});
export type TaskState = Static<typeof TaskState>;

const task = concept("kehu.customer.task", "task", TaskState, {
  id: "0199c1a0-0000-7000-8000-000000000004",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  teamId: null,
  collaborators: [],
  custom: { region: "华东", visits: 3 },
  tags: ["key account"],
  subject: "Send the offer",
  status: "open",
  dueAt: "2026-01-09T09:00:00.000Z",
  completedAt: null,
  links: [{ type: "account", id: "0199c1a0-0000-7000-8000-000000000001" }],
});

export const TASK_EVENTS = {
  "customer.task.created": task(),
  "customer.task.updated": task(),
  "customer.task.completed": task(),
  "customer.task.reopened": task(),
  "customer.task.owner-changed": task({ from: nullable(Uuid) }, { from: null }),
  "customer.task.deleted": task(),
  "customer.task.restored": task(),
  "customer.task.purged": task.purged,
  "customer.task.snapshot": task(),
};

import type { TASK_STATUSES } from "@kehu/contracts";

export type TaskStatus = (typeof TASK_STATUSES)[number];

/** The statuses of a task that is still to do; people set them as they like. */
export const TO_DO = ["open", "in_progress", "waiting", "deferred"] as const;

/** Completing and reopening are verbs. */
export const NEXT: Record<TaskStatus, readonly TaskStatus[]> = {
  open: ["in_progress", "waiting", "deferred", "completed"],
  in_progress: ["open", "waiting", "deferred", "completed"],
  waiting: ["open", "in_progress", "deferred", "completed"],
  deferred: ["open", "in_progress", "waiting", "completed"],
  completed: ["open"],
};

import { instant, orEmpty, owner, requiredText, word } from "../engine/fields.ts";
import type { FileTable } from "../engine/mapping.ts";
import { TASK_STATUSES } from "./vocabularies.ts";

export const TASKS: FileTable = {
  file: "Tasks.csv",
  resource: "tasks",
  type: "task",
  key: ["Task Owner", "Subject", "Created Time", "Due Date"],
  repeatedKey: "is-numbered",
  equalRowsAreOne: true,
  fields: {
    subject: requiredText("Subject"),
    status: orEmpty(word("Status", TASK_STATUSES, "warns")),
    dueAt: instant("Due Date"),
    ownerId: owner({ name: "Task Owner" }),
    createdAt: instant("Created Time"),
  },
  // "Modified" is often before "created", so it says nothing about when a task was completed.
  unused: ["Modified Time"],
};

import { TASK_STATUSES } from "@kehu/contracts";
import { choice, ownedFields, instant, links, resource, text } from "@kehu/records";
import { LINK_TARGETS } from "../links/link-targets.ts";
import { linkedTo } from "../links/linked-to.ts";
import { CreateTask, ImportTask, UpdateTask } from "./task.dto.ts";
import { Task } from "./task.entity.ts";

export const TASKS = resource<Task>({
  name: "tasks",
  type: "task",
  concept: "customer.task",
  snapshot: "customer.task.snapshot",
  purged: "customer.task.purged",
  updated: "customer.task.updated",
  table: "task",
  entity: Task,
  permissions: {
    read: "customer.task.read",
    write: "customer.task.write",
    import: "customer.task.import",
    export: "customer.task.export",
  },
  fields: ownedFields({
    subject: text("Subject", "主题", { required: true }),
    status: choice("Status", "状态", TASK_STATUSES),
    dueAt: instant("Due", "截止时间"),
    completedAt: instant("Completed", "完成时间"),
    links: links("Links", "关联记录", LINK_TARGETS, { table: "task_link", column: "task_id" }),
  }),
  naming: (subject, bind) => linkedTo("task", subject, bind),
  together: [["status", "completedAt"]],
  keywords: ["subject"],
  dto: { create: CreateTask, update: UpdateTask, import: ImportTask },
});

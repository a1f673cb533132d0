import { fields, longText, resource, text } from "@kehu/records";
import { CreateQueue, ImportQueue, UpdateQueue } from "./queue.dto.ts";
import { Queue } from "./queue.entity.ts";

export const QUEUES = resource<Queue>({
  name: "queues",
  type: "queue",
  concept: "service-desk.queue",
  snapshot: "service-desk.queue.snapshot",
  purged: "service-desk.queue.purged",
  updated: "service-desk.queue.updated",
  table: "queue",
  entity: Queue,
  permissions: {
    read: "service-desk.queue.read",
    write: "service-desk.queue.write",
    import: "service-desk.queue.import",
  },
  fields: fields({
    name: text("Name", "名称", { required: true }),
    description: longText("Description", "说明"),
  }),
  keywords: ["name", "description"],
  dto: { create: CreateQueue, update: UpdateQueue, import: ImportQueue },
});

import { UnownedRecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Queue } from "./queue.entity.ts";
import { QUEUES } from "./queues.resource.ts";

@Injectable()
export class QueuesService extends UnownedRecordService<Queue> {
  constructor(writing: Writing) {
    super(QUEUES, writing);
  }
}

import type { RequestContext } from "@kehu/auth";
import { mustSet, RecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Task } from "./task.entity.ts";
import { TASKS } from "./tasks.resource.ts";

@Injectable()
export class TasksService extends RecordService<Task> {
  constructor(writing: Writing) {
    super(TASKS, writing);
  }

  complete(id: string, who: RequestContext) {
    mustSet(TASKS, { status: "done" }, who);
    return this.writing.records.change(TASKS, id, who, (task) => task.complete(this.writing.clock.now()));
  }

  reopen(id: string, who: RequestContext) {
    mustSet(TASKS, { status: "open" }, who);
    return this.writing.records.change(TASKS, id, who, (task) => task.reopen(this.writing.clock.now()));
  }
}

import type { RequestContext } from "@kehu/auth";
import { mustSet, RecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Lead } from "./lead.entity.ts";
import { LEADS } from "./leads.resource.ts";

@Injectable()
export class LeadsService extends RecordService<Lead> {
  constructor(writing: Writing) {
    super(LEADS, writing);
  }

  moveTo(id: string, status: "contacted" | "nurturing" | "qualified", who: RequestContext) {
    mustSet(LEADS, { status }, who);
    return this.writing.records.change(LEADS, id, who, (lead) => lead.moveTo(status, this.writing.clock.now()));
  }

  unqualify(id: string, reason: string, who: RequestContext) {
    mustSet(LEADS, { status: "unqualified", unqualifiedReason: reason }, who);
    return this.writing.records.change(LEADS, id, who, (lead) => lead.unqualify(reason, this.writing.clock.now()));
  }

  recycle(id: string, who: RequestContext) {
    mustSet(LEADS, { status: "new" }, who);
    return this.writing.records.change(LEADS, id, who, (lead) => lead.recycle(this.writing.clock.now()));
  }
}

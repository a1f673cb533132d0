import type { RequestContext } from "@kehu/auth";
import { mustSet, RecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { MemberStatusDto } from "./member.dto.ts";
import type { CampaignMember } from "./member.entity.ts";
import { MEMBERS } from "./members.resource.ts";

@Injectable()
export class MembersService extends RecordService<CampaignMember> {
  constructor(writing: Writing) {
    super(MEMBERS, writing);
  }

  reach(id: string, { status }: MemberStatusDto, who: RequestContext) {
    const { records, clock } = this.writing;
    mustSet(MEMBERS, { status }, who);
    return records.change(MEMBERS, id, who, (member) => member.reach(status, clock.now()));
  }
}

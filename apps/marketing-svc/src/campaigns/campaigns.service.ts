import type { RequestContext } from "@kehu/auth";
import { mustSet, RecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { CampaignVerb } from "./campaign-status.ts";
import type { Campaign } from "./campaign.entity.ts";
import { CAMPAIGNS } from "./campaigns.resource.ts";

@Injectable()
export class CampaignsService extends RecordService<Campaign> {
  constructor(writing: Writing) {
    super(CAMPAIGNS, writing);
  }

  move(id: string, verb: CampaignVerb, who: RequestContext) {
    const { records, clock } = this.writing;
    mustSet(CAMPAIGNS, { status: verb }, who);
    return records.change(CAMPAIGNS, id, who, (campaign) => campaign.move(verb, clock.now()));
  }
}

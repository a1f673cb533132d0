import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { forgetCopies, keepCopies } from "@kehu/records";
import { Controller } from "@nestjs/common";

const CAMPAIGN_EVENTS = [
  "marketing.campaign.created",
  "marketing.campaign.updated",
  "marketing.campaign.scheduled",
  "marketing.campaign.launched",
  "marketing.campaign.paused",
  "marketing.campaign.resumed",
  "marketing.campaign.finished",
  "marketing.campaign.cancelled",
  "marketing.campaign.owner-changed",
  "marketing.campaign.deleted",
  "marketing.campaign.restored",
  "marketing.campaign.snapshot",
] as const;
type CampaignEvent = EventOf<(typeof CAMPAIGN_EVENTS)[number]>;

/** Keeps the copy of campaigns; its only writer. */
@Controller()
export class CampaignsConsumer {
  @OnEvent(CAMPAIGN_EVENTS, "campaigns-copy")
  async campaigns(events: CampaignEvent[], { tx }: EventContext): Promise<void> {
    const told = events.map(({ aggregateversion, data: { campaign } }) => ({
      version: aggregateversion,
      name: campaign.name,
      record: campaign,
    }));
    await keepCopies(tx, "campaign", told);
  }

  @OnEvent(["marketing.campaign.purged"], "campaigns-purged")
  async purged(events: EventOf<"marketing.campaign.purged">[], { tx }: EventContext): Promise<void> {
    await forgetCopies(tx, events);
  }
}

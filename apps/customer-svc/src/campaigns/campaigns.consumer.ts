import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";
import { keepCopies } from "../links/keep-copies.ts";

type CampaignEvent = EventOf<
  | "marketing.campaign.created"
  | "marketing.campaign.updated"
  | "marketing.campaign.scheduled"
  | "marketing.campaign.launched"
  | "marketing.campaign.paused"
  | "marketing.campaign.resumed"
  | "marketing.campaign.finished"
  | "marketing.campaign.cancelled"
  | "marketing.campaign.owner-changed"
  | "marketing.campaign.deleted"
  | "marketing.campaign.restored"
  | "marketing.campaign.snapshot"
>;

/** Keeps the service's copies of campaigns; their only writer. */
@Controller()
export class CampaignsConsumer {
  @OnEvent(
    [
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
    ],
    "campaigns-copy",
  )
  async campaigns(events: CampaignEvent[], { tx }: EventContext): Promise<void> {
    const told = events.map(({ aggregateversion, data: { campaign } }) => ({
      aggregateversion,
      name: campaign.name,
      record: campaign,
    }));
    await keepCopies(tx, "campaign", told);
  }
}

import type { EventOf } from "@kehu/contracts";
import { OnEvent, upsertNewer, type EventContext } from "@kehu/messaging";
import { keepExternalIds } from "@kehu/records";
import { Controller } from "@nestjs/common";

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

/** Keeps the copy of campaigns; its only writer. */
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
    const rows = events.map(({ aggregateversion, data: { campaign } }) => ({
      id: campaign.id,
      version: aggregateversion,
      name: campaign.name,
      owner_id: campaign.ownerId,
      external_ids: campaign.externalIds,
      deleted_at: campaign.deletedAt,
    }));
    await upsertNewer(tx, "campaign_copy", rows);
    const campaigns = events.map(({ data }) => data.campaign);
    await keepExternalIds(tx, "campaign", campaigns);
  }
}

import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { forgetCopies, keepCopies } from "@kehu/records";
import { Controller } from "@nestjs/common";

const OPPORTUNITY_EVENTS = [
  "sales.opportunity.created",
  "sales.opportunity.updated",
  "sales.opportunity.stage-changed",
  "sales.opportunity.won",
  "sales.opportunity.lost",
  "sales.opportunity.reopened",
  "sales.opportunity.owner-changed",
  "sales.opportunity.deleted",
  "sales.opportunity.restored",
  "sales.opportunity.snapshot",
] as const;
type OpportunityEvent = EventOf<(typeof OPPORTUNITY_EVENTS)[number]>;

/** Keeps the service's copies of opportunities; their only writer. */
@Controller()
export class OpportunitiesConsumer {
  @OnEvent(OPPORTUNITY_EVENTS, "opportunities-copy")
  async opportunities(events: OpportunityEvent[], { tx }: EventContext): Promise<void> {
    const told = events.map(({ aggregateversion, data: { opportunity } }) => ({
      version: aggregateversion,
      name: opportunity.name,
      record: opportunity,
      further: {
        contact_ids: [opportunity.contactId ?? [], opportunity.contacts.map(({ contactId }) => contactId)].flat(2),
        is_open: opportunity.deletedAt === null && opportunity.stageCategory === "open",
        touched_at: opportunity.updatedAt,
      },
    }));
    await keepCopies(tx, "opportunity", told);
  }

  @OnEvent(["sales.opportunity.purged"], "opportunities-purged")
  async purged(events: EventOf<"sales.opportunity.purged">[], { tx }: EventContext): Promise<void> {
    await forgetCopies(tx, events, { opportunity: { contact_ids: [], is_open: false, touched_at: "-infinity" } });
  }
}

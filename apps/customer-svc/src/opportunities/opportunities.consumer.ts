import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";
import { keepCopies } from "../links/keep-copies.ts";

type OpportunityEvent = EventOf<
  | "sales.opportunity.created"
  | "sales.opportunity.updated"
  | "sales.opportunity.stage-changed"
  | "sales.opportunity.won"
  | "sales.opportunity.lost"
  | "sales.opportunity.reopened"
  | "sales.opportunity.owner-changed"
  | "sales.opportunity.deleted"
  | "sales.opportunity.restored"
  | "sales.opportunity.snapshot"
>;

/** Keeps the service's copies of opportunities; their only writer. */
@Controller()
export class OpportunitiesConsumer {
  @OnEvent(
    [
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
    ],
    "opportunities-copy",
  )
  async opportunities(events: OpportunityEvent[], { tx }: EventContext): Promise<void> {
    const told = events.map(({ aggregateversion, data: { opportunity } }) => ({
      aggregateversion,
      name: opportunity.name,
      record: opportunity,
    }));
    await keepCopies(tx, "opportunity", told);
  }
}

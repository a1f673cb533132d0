import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";
import { keepCopies } from "../links/keep-copies.ts";
import { readable } from "./readable.ts";

type LeadEvent = EventOf<
  | "sales.lead.created"
  | "sales.lead.updated"
  | "sales.lead.status-changed"
  | "sales.lead.unqualified"
  | "sales.lead.recycled"
  | "sales.lead.converted"
  | "sales.lead.owner-changed"
  | "sales.lead.deleted"
  | "sales.lead.restored"
  | "sales.lead.snapshot"
>;

/** Keeps the service's copies of leads; their only writer. */
@Controller()
export class LeadsConsumer {
  @OnEvent(
    [
      "sales.lead.created",
      "sales.lead.updated",
      "sales.lead.status-changed",
      "sales.lead.unqualified",
      "sales.lead.recycled",
      "sales.lead.converted",
      "sales.lead.owner-changed",
      "sales.lead.deleted",
      "sales.lead.restored",
      "sales.lead.snapshot",
    ],
    "leads-copy",
  )
  async leads(events: LeadEvent[], { tx }: EventContext): Promise<void> {
    const told = events.map(({ aggregateversion, data: { lead } }) => ({
      aggregateversion,
      name: (lead.firstName ? `${readable(lead.firstName)} ` : "") + readable(lead.lastName),
      record: lead,
    }));
    await keepCopies(tx, "lead", told);
  }
}

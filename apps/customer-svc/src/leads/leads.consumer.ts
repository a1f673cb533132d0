import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { keepCopies } from "@kehu/records";
import { Controller } from "@nestjs/common";
import { readable } from "./readable.ts";

const LEAD_EVENTS = [
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
] as const;
type LeadEvent = EventOf<(typeof LEAD_EVENTS)[number]>;

/** Keeps the service's copies of leads; their only writer. */
@Controller()
export class LeadsConsumer {
  @OnEvent(LEAD_EVENTS, "leads-copy")
  async leads(events: LeadEvent[], { tx }: EventContext): Promise<void> {
    const told = events.map(({ aggregateversion, data: { lead } }) => ({
      version: aggregateversion,
      name: (lead.firstName ? `${readable(lead.firstName)} ` : "") + readable(lead.lastName),
      record: lead,
    }));
    await keepCopies(tx, "lead", told);
  }
}

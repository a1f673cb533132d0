import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { PersonalData } from "@kehu/personal-data";
import { forgetCopies, keepCopies, NAME_OF_PEOPLE, nameOf } from "@kehu/records";
import { Controller } from "@nestjs/common";

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
  "sales.lead.erased",
  "sales.lead.snapshot",
] as const;
type LeadEvent = EventOf<(typeof LEAD_EVENTS)[number]>;

/** Keeps the service's copies of leads; their only writer. */
@Controller()
export class LeadsConsumer {
  constructor(private readonly personal: PersonalData) {}

  @OnEvent(LEAD_EVENTS, "leads-copy")
  async leads(events: LeadEvent[], { tx }: EventContext): Promise<void> {
    const told = (await this.personal.reveal(tx, events, NAME_OF_PEOPLE)).map(
      ({ aggregateversion, data: { lead } }) => ({
        version: aggregateversion,
        name: nameOf(lead),
        record: lead,
        further: {
          person_id: lead.personId,
          is_open: lead.deletedAt === null && !["converted", "unqualified"].includes(lead.status),
          touched_at: lead.updatedAt,
        },
      }),
    );
    await keepCopies(tx, "lead", told);
  }

  @OnEvent(["sales.lead.purged"], "leads-purged")
  async purged(events: EventOf<"sales.lead.purged">[], { tx }: EventContext): Promise<void> {
    await forgetCopies(tx, events, { lead: { person_id: null, is_open: false, touched_at: "-infinity" } });
  }
}

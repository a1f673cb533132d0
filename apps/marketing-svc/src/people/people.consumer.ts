import type { EventOf, Personal } from "@kehu/contracts";
import { OnEvent, upsertNewer, type EventContext } from "@kehu/messaging";
import { keepExternalIds } from "@kehu/records";
import { Controller } from "@nestjs/common";

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
type ContactEvent = EventOf<
  | "customer.contact.created"
  | "customer.contact.updated"
  | "customer.contact.owner-changed"
  | "customer.contact.deleted"
  | "customer.contact.restored"
  | "customer.contact.snapshot"
>;

/** Keeps the copies of leads and contacts; their only writer. */
@Controller()
export class PeopleConsumer {
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
    const rows = events.map(({ aggregateversion, data: { lead } }) => rowOf(lead, aggregateversion));
    await upsertNewer(tx, "lead_copy", rows);
    await keepExternalIds(
      tx,
      "lead",
      events.map(({ data }) => data.lead),
    );
  }

  @OnEvent(
    [
      "customer.contact.created",
      "customer.contact.updated",
      "customer.contact.owner-changed",
      "customer.contact.deleted",
      "customer.contact.restored",
      "customer.contact.snapshot",
    ],
    "contacts-copy",
  )
  async contacts(events: ContactEvent[], { tx }: EventContext): Promise<void> {
    const rows = events.map(({ aggregateversion, data: { contact } }) => rowOf(contact, aggregateversion));
    await upsertNewer(tx, "contact_copy", rows);
    await keepExternalIds(
      tx,
      "contact",
      events.map(({ data }) => data.contact),
    );
  }
}

function rowOf(person: LeadEvent["data"]["lead"] | ContactEvent["data"]["contact"], version: number) {
  return {
    id: person.id,
    version,
    name: fullName(person.firstName, person.lastName),
    person_id: person.personId,
    owner_id: person.ownerId,
    external_ids: person.externalIds,
    deleted_at: person.deletedAt,
  };
}

/** The parts that can be read, with a space between; null where none can. */
function fullName(...parts: (Personal | null)[]): string | null {
  return parts.filter((part) => typeof part === "string").join(" ") || null;
}

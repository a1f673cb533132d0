import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { PersonalData } from "@kehu/personal-data";
import { COPIED_OF_PEOPLE, forgetCopies, keepCopies, NAME_OF_PEOPLE, nameOf, type Told } from "@kehu/records";
import { Controller } from "@nestjs/common";
import { NIL } from "uuid";

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
const CONTACT_EVENTS = [
  "customer.contact.created",
  "customer.contact.updated",
  "customer.contact.owner-changed",
  "customer.contact.deleted",
  "customer.contact.restored",
  "customer.contact.erased",
  "customer.contact.snapshot",
] as const;
type ContactEvent = EventOf<(typeof CONTACT_EVENTS)[number]>;

/** Keeps the copies of leads and contacts; their only writer. */
@Controller()
export class PeopleConsumer {
  constructor(private readonly personal: PersonalData) {}

  @OnEvent(LEAD_EVENTS, "leads-copy", { updatesOf: COPIED_OF_PEOPLE })
  async leads(events: LeadEvent[], { tx }: EventContext): Promise<void> {
    const told = (await this.personal.reveal(tx, events, NAME_OF_PEOPLE)).map(({ aggregateversion, data: { lead } }) =>
      toldOf(lead, aggregateversion),
    );
    await keepCopies(tx, "lead", told);
  }

  @OnEvent(CONTACT_EVENTS, "contacts-copy", { updatesOf: COPIED_OF_PEOPLE })
  async contacts(events: ContactEvent[], { tx }: EventContext): Promise<void> {
    const told = (await this.personal.reveal(tx, events, NAME_OF_PEOPLE)).map(
      ({ aggregateversion, data: { contact } }) => toldOf(contact, aggregateversion),
    );
    await keepCopies(tx, "contact", told);
  }

  @OnEvent(["sales.lead.purged", "customer.contact.purged"], "people-purged")
  async purged(
    events: EventOf<"sales.lead.purged" | "customer.contact.purged">[],
    { tx }: EventContext,
  ): Promise<void> {
    await forgetCopies(tx, events, { lead: { person_id: NIL }, contact: { person_id: NIL } });
  }
}

function toldOf(person: LeadEvent["data"]["lead"] | ContactEvent["data"]["contact"], version: number): Told {
  return { version, name: nameOf(person), record: person, further: { person_id: person.personId } };
}

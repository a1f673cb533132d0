import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { PersonalData } from "@kehu/personal-data";
import { COPIED, COPIED_OF_PEOPLE, forgetCopies, keepCopies, NAME_OF_PEOPLE, nameOf } from "@kehu/records";
import { Controller } from "@nestjs/common";
import { NIL } from "uuid";

const ACCOUNT_EVENTS = [
  "customer.account.created",
  "customer.account.updated",
  "customer.account.owner-changed",
  "customer.account.deleted",
  "customer.account.restored",
  "customer.account.snapshot",
] as const;
type AccountEvent = EventOf<(typeof ACCOUNT_EVENTS)[number]>;
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

/** Keeps the copies of accounts and contacts. */
@Controller()
export class CustomersConsumer {
  constructor(private readonly personal: PersonalData) {}

  @OnEvent(ACCOUNT_EVENTS, "accounts-copy", { updatesOf: ["name", ...COPIED] })
  async accounts(events: AccountEvent[], { tx }: EventContext): Promise<void> {
    const told = events.map(({ aggregateversion, data: { account } }) => ({
      version: aggregateversion,
      name: account.name,
      record: account,
    }));
    await keepCopies(tx, "account", told);
  }

  @OnEvent(CONTACT_EVENTS, "contacts-copy", { updatesOf: COPIED_OF_PEOPLE })
  async contacts(events: ContactEvent[], { tx }: EventContext): Promise<void> {
    const told = (await this.personal.reveal(tx, events, NAME_OF_PEOPLE)).map(
      ({ aggregateversion, data: { contact } }) => ({
        version: aggregateversion,
        name: nameOf(contact),
        record: contact,
        further: { person_id: contact.personId },
      }),
    );
    await keepCopies(tx, "contact", told);
  }

  @OnEvent(["customer.account.purged", "customer.contact.purged"], "customers-purged")
  async purged(
    events: EventOf<"customer.account.purged" | "customer.contact.purged">[],
    { tx }: EventContext,
  ): Promise<void> {
    await forgetCopies(tx, events, { contact: { person_id: NIL } });
  }
}

import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { keepCopies, readableName } from "@kehu/records";
import { Controller } from "@nestjs/common";

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
  "customer.contact.snapshot",
] as const;
type ContactEvent = EventOf<(typeof CONTACT_EVENTS)[number]>;

/** Keeps the copies of accounts and contacts. */
@Controller()
export class CustomersConsumer {
  @OnEvent(ACCOUNT_EVENTS, "accounts-copy")
  async accounts(events: AccountEvent[], { tx }: EventContext): Promise<void> {
    const told = events.map(({ aggregateversion, data: { account } }) => ({
      version: aggregateversion,
      name: account.name,
      record: account,
    }));
    await keepCopies(tx, "account", told);
  }

  @OnEvent(CONTACT_EVENTS, "contacts-copy")
  async contacts(events: ContactEvent[], { tx }: EventContext): Promise<void> {
    const told = events.map(({ aggregateversion, data: { contact } }) => ({
      version: aggregateversion,
      name: readableName(contact.firstName, contact.lastName) ?? "",
      record: contact,
    }));
    await keepCopies(tx, "contact", told);
  }
}

import type { EventOf } from "@kehu/contracts";
import { OnEvent, upsertNewer, type EventContext } from "@kehu/messaging";
import { keepExternalIds } from "@kehu/records";
import { Controller } from "@nestjs/common";
import { fullName } from "./full-name.ts";

type AccountEvent = EventOf<
  | "customer.account.created"
  | "customer.account.updated"
  | "customer.account.owner-changed"
  | "customer.account.deleted"
  | "customer.account.restored"
  | "customer.account.snapshot"
>;
type ContactEvent = EventOf<
  | "customer.contact.created"
  | "customer.contact.updated"
  | "customer.contact.owner-changed"
  | "customer.contact.deleted"
  | "customer.contact.restored"
  | "customer.contact.snapshot"
>;

/** Keeps the copies of accounts and contacts. */
@Controller()
export class CustomersConsumer {
  @OnEvent(
    [
      "customer.account.created",
      "customer.account.updated",
      "customer.account.owner-changed",
      "customer.account.deleted",
      "customer.account.restored",
      "customer.account.snapshot",
    ],
    "accounts-copy",
  )
  async accounts(events: AccountEvent[], { tx }: EventContext): Promise<void> {
    const rows = events.map(({ aggregateversion, data: { account } }) => ({
      id: account.id,
      version: aggregateversion,
      name: account.name,
      owner_id: account.ownerId,
      external_ids: account.externalIds,
      deleted_at: account.deletedAt,
    }));
    await upsertNewer(tx, "account_copy", rows);
    const accounts = events.map(({ data }) => data.account);
    await keepExternalIds(tx, "account", accounts);
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
    const rows = events.map(({ aggregateversion, data: { contact } }) => ({
      id: contact.id,
      version: aggregateversion,
      name: fullName(contact.firstName, contact.lastName),
      owner_id: contact.ownerId,
      external_ids: contact.externalIds,
      deleted_at: contact.deletedAt,
    }));
    await upsertNewer(tx, "contact_copy", rows);
    const contacts = events.map(({ data }) => data.contact);
    await keepExternalIds(tx, "contact", contacts);
  }
}

import { systemContext } from "@kehu/auth";
import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { PersonalData } from "@kehu/personal-data";
import { Controller } from "@nestjs/common";
import { AccountsService } from "../accounts/accounts.service.ts";
import { ContactsService } from "../contacts/contacts.service.ts";

/** Follows the conversion of leads: sales has decided and made the ids, so nothing is refused here. */
@Controller()
export class LeadConversionConsumer {
  constructor(
    private readonly accounts: AccountsService,
    private readonly contacts: ContactsService,
    private readonly personal: PersonalData,
  ) {}

  @OnEvent(["sales.lead.converted"], "lead-conversion")
  async convert(events: EventOf<"sales.lead.converted">[], { tx }: EventContext): Promise<void> {
    for (const event of await this.personal.reveal(tx, events)) {
      const who = systemContext("lead-conversion", event);
      const { account, contact, lead } = event.data;
      if (account) await this.accounts.convert(tx, { ...account, ownerId: lead.ownerId }, who);
      if (contact) await this.contacts.convert(tx, { ...contact, ownerId: lead.ownerId }, who);
    }
  }
}

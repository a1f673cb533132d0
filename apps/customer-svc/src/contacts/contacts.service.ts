import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { RecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Contact } from "./contact.entity.ts";
import { CONTACTS } from "./contacts.resource.ts";
import type { ConvertedPerson } from "./converted-person.ts";

@Injectable()
export class ContactsService extends RecordService<Contact> {
  constructor(writing: Writing) {
    super(CONTACTS, writing);
  }

  /** Makes the contact that a lead became, in the transaction of the event's handler. */
  convert(tx: Tx, { id, ...person }: ConvertedPerson & { id: string }, who: RequestContext) {
    const { records, clock } = this.writing;
    return records.createWithin(tx, CONTACTS, id, who, (contact) => contact.converted(person, clock.now()));
  }
}

import type { Personal } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { upsertNewer } from "@kehu/messaging";
import { nameOf } from "@kehu/records";
import { Injectable } from "@nestjs/common";

/** An account that a converted lead brings about; customer-svc will create it under this id. */
export interface ExpectedAccount {
  id: string;
  name: string;
}

/** A contact that a converted lead brings about. */
export interface ExpectedContact {
  id: string;
  firstName: Personal | null;
  lastName: Personal;
}

@Injectable()
export class CustomersService {
  /**
   * Notes what customer-svc is going to create, so that records of this service can refer to it at once. Version 0 is
   * older than any event, so the first one of the record replaces it.
   */
  async expect(
    tx: Tx,
    ownerId: string | null,
    account: ExpectedAccount | null,
    contact: ExpectedContact | null,
  ): Promise<void> {
    const row = (id: string, name: string) => ({
      id,
      version: 0,
      name,
      owner_id: ownerId,
      external_ids: [],
      deleted_at: null,
    });
    if (account) await upsertNewer(tx, "account_copy", [row(account.id, account.name)]);
    if (contact) await upsertNewer(tx, "contact_copy", [row(contact.id, nameOf(contact))]);
  }
}

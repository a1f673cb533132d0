import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { RecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Account, ConvertedCompany } from "./account.entity.ts";
import { ACCOUNTS } from "./accounts.resource.ts";

@Injectable()
export class AccountsService extends RecordService<Account> {
  constructor(writing: Writing) {
    super(ACCOUNTS, writing);
  }

  /** Makes the account that a lead's company became, in the transaction of the event's handler. */
  convert(tx: Tx, { id, ...company }: ConvertedCompany & { id: string }, who: RequestContext) {
    const { records, clock } = this.writing;
    return records.createWithin(tx, ACCOUNTS, id, who, (account) => account.converted(company, clock.now()));
  }
}

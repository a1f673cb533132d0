import { RecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Account } from "./account.entity.ts";
import { ACCOUNTS } from "./accounts.resource.ts";

@Injectable()
export class AccountsService extends RecordService<Account> {
  constructor(writing: Writing) {
    super(ACCOUNTS, writing);
  }
}

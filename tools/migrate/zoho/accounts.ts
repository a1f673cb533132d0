import { owner, requiredText, text, word } from "../engine/fields.ts";
import type { FileTable } from "../engine/mapping.ts";
import { ACCOUNT_TYPES } from "./vocabularies.ts";

export const ACCOUNTS: FileTable = {
  file: "Accounts.csv",
  resource: "accounts",
  type: "account",
  key: ["ACCOUNTID"],
  repeatedKey: "fails",
  fields: {
    name: requiredText("Account Name"),
    type: word("Account Type", ACCOUNT_TYPES, "warns"),
    industry: text("Industry"),
    website: text("Website"),
    ownerId: owner({ id: "Account Owner Id", name: "Account Owner" }),
  },
  unused: ["Tasks Involved", "Events Involved", "Calls Involved", "Activities Involved"],
};

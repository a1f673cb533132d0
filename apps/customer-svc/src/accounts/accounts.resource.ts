import { ACCOUNT_TYPES } from "@kehu/contracts";
import {
  choice,
  lineageOf,
  lineageOfBack,
  ownedFields,
  reference,
  resource,
  text,
  type ReferenceTarget,
} from "@kehu/records";
import { CreateAccount, ImportAccount, UpdateAccount } from "./account.dto.ts";
import { Account } from "./account.entity.ts";

/** How other records of this service refer to an account. */
export const ACCOUNT: ReferenceTarget = {
  type: "account",
  table: "account",
  name: "name",
  permission: "customer.account.read",
  copy: false,
};

export const ACCOUNTS = resource<Account>({
  name: "accounts",
  type: "account",
  concept: "customer.account",
  snapshot: "customer.account.snapshot",
  purged: "customer.account.purged",
  updated: "customer.account.updated",
  table: "account",
  entity: Account,
  permissions: {
    read: "customer.account.read",
    write: "customer.account.write",
    import: "customer.account.import",
    export: "customer.account.export",
  },
  fields: ownedFields({
    name: text("Name", "名称", { required: true }),
    type: choice("Type", "类型", ACCOUNT_TYPES),
    industry: text("Industry", "行业", { vocabulary: "industry" }),
    website: text("Website", "网站"),
    parentId: reference("Parent account", "上级客户", ACCOUNT),
  }),
  keywords: ["name", "website"],
  withIt: ["contacts", "tasks"],
  dto: { create: CreateAccount, update: UpdateAccount, import: ImportAccount },
  usage: (tx, back) => lineageOfBack(tx, "account", back),
  context: (tx, items: readonly { parentId?: string | null }[]) => lineageOf(tx, "account", items),
});

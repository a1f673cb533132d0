import { ACCOUNT_TYPES } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { choice, ownedFields, reference, resource, text, type ReferenceTarget } from "@kehu/records";
import { CreateAccount, ImportAccount, UpdateAccount } from "./account.dto.ts";
import { Account, type Lineage } from "./account.entity.ts";

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
  context: lineage,
});

/** The ancestors of every parent that is named; changes of parents wait for each other, or two could close a circle. */
async function lineage(tx: Tx, items: readonly { parentId?: string | null }[]): Promise<Lineage> {
  const parents = items.flatMap(({ parentId }) => parentId ?? []);
  if (parents.length === 0) return new Map();
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('account.parent_id', 0))`);
  const rows = await tx.query<{ start: string; ancestors: string[] }>(
    `WITH RECURSIVE up AS (
       SELECT id AS start, id, parent_id FROM account WHERE id = ANY($1)
       UNION ALL SELECT up.start, a.id, a.parent_id FROM up JOIN account a ON a.id = up.parent_id
     ) CYCLE id SET looped USING path
     SELECT start, array_agg(id) AS ancestors FROM up GROUP BY start`,
    [parents],
  );
  return new Map(rows.map(({ start, ancestors }) => [start, ancestors]));
}

import { Type, type Static } from "typebox";
import { concept, nullable, oneOf, OwnedState, Uuid } from "../event.ts";

export const ACCOUNT_TYPES = ["prospect", "customer", "partner", "competitor"] as const;

export const AccountState = Type.Object({
  ...OwnedState,
  name: Type.String(),
  type: nullable(oneOf(ACCOUNT_TYPES)),
  industry: nullable(Type.String()),
  website: nullable(Type.String()),
  parentId: nullable(Uuid),
});
export type AccountState = Static<typeof AccountState>;

const account = concept("kehu.customer.account", "account", AccountState, {
  id: "0199c1a0-0000-7000-8000-000000000001",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [{ system: "erp", id: "C-1001" }],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  teamId: null,
  collaborators: [],
  custom: { region: "华东", visits: 3 },
  tags: ["key account"],
  name: "华星科技 Huaxing Technology",
  type: "customer",
  industry: "technology",
  website: "huaxing.example",
  parentId: null,
});

export const ACCOUNT_EVENTS = {
  "customer.account.created": account(),
  "customer.account.updated": account(),
  "customer.account.owner-changed": account({ from: nullable(Uuid) }, { from: null }),
  "customer.account.deleted": account(),
  "customer.account.restored": account(),
  "customer.account.purged": account.purged,
  "customer.account.snapshot": account(),
};

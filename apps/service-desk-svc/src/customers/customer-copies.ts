import type { ReferenceTarget } from "@kehu/records";

/** An account of the customer service. */
export const ACCOUNT: ReferenceTarget = {
  type: "account",
  table: "account_copy",
  name: "name",
  permission: "customer.account.read",
  copy: true,
};

/** A contact of the customer service. */
export const CONTACT: ReferenceTarget = {
  type: "contact",
  table: "contact_copy",
  name: "name",
  permission: "customer.contact.read",
  copy: true,
};

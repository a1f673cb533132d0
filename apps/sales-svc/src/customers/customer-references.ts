import type { ReferenceTarget } from "@kehu/records";

/** How records of this service refer to an account of customer-svc. */
export const ACCOUNT: ReferenceTarget = {
  type: "account",
  table: "account_copy",
  name: "name",
  permission: "customer.account.read",
  copy: true,
};

/** How records of this service refer to a contact of customer-svc. */
export const CONTACT: ReferenceTarget = {
  type: "contact",
  table: "contact_copy",
  name: "name",
  permission: "customer.contact.read",
  copy: true,
};

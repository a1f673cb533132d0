import { Type, type Static } from "typebox";
import { concept, nullable, oneOf, Personal, PersonalCustom, OwnedState, Uuid } from "../event.ts";

export const CONTACT_POINT_KINDS = ["email", "phone", "wechat", "address"] as const;

export const ContactPoint = Type.Object({
  kind: oneOf(CONTACT_POINT_KINDS),
  /** Normalised: e-mail in lower case, phone in E.164. */
  value: Personal,
  primary: Type.Boolean(),
});
export type ContactPoint = Static<typeof ContactPoint>;

export const ContactState = Type.Object({
  ...OwnedState,
  custom: PersonalCustom,
  /** The person; goes with him from lead to contact. */
  personId: Uuid,
  firstName: nullable(Personal),
  lastName: Personal,
  title: nullable(Type.String()),
  accountId: nullable(Uuid),
  source: nullable(Type.String()),
  contactPoints: Type.Array(ContactPoint),
});
export type ContactState = Static<typeof ContactState>;

const contact = concept("kehu.customer.contact", "contact", ContactState, {
  id: "0199c1a0-0000-7000-8000-000000000002",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  teamId: null,
  collaborators: [],
  custom: { region: "华东", visits: 3 },
  tags: ["key account"],
  personId: "0199c1a0-0000-7000-8000-0000000000b1",
  firstName: "伟",
  lastName: "王",
  title: "Purchasing",
  accountId: "0199c1a0-0000-7000-8000-000000000001",
  source: "referral",
  contactPoints: [{ kind: "email", value: "wang.wei@huaxing.example", primary: true }],
});

export const CONTACT_EVENTS = {
  "customer.contact.created": contact(),
  "customer.contact.updated": contact(),
  "customer.contact.owner-changed": contact({ from: nullable(Uuid) }, { from: null }),
  "customer.contact.deleted": contact(),
  "customer.contact.restored": contact(),
  "customer.contact.purged": contact.purged,
  /** The person was erased: his key is gone, and with it whatever was said of him before. */
  "customer.contact.erased": contact(),
  "customer.contact.snapshot": contact(),
};

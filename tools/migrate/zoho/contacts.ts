import { contactPoints, instant, owner, reference, requiredText, spelling } from "../engine/fields.ts";
import type { FileTable } from "../engine/mapping.ts";
import { SOURCE_SPELLINGS } from "./vocabularies.ts";

export const CONTACTS: FileTable = {
  file: "Contacts.csv",
  resource: "contacts",
  type: "contact",
  key: ["CONTACTID"],
  repeatedKey: "fails",
  fields: {
    lastName: requiredText("Last Name"),
    accountId: reference("account", "Account Id"),
    contactPoints: contactPoints({ email: "Email", phone: "Mobile" }),
    source: spelling("Lead Source", SOURCE_SPELLINGS),
    ownerId: owner({ id: "Contact Owner Id", name: "Contact Owner" }),
    createdAt: instant("Created Time"),
  },
  // Opportunities find their contact, and by him their account, by e-mail.
  attributes: ({ contactPoints, accountId }) => ({
    email: emailAmong(contactPoints),
    accountId: accountId as string | undefined,
  }),
  unused: [],
};

function emailAmong(points: unknown): string | undefined {
  return (points as { kind: string; value: string }[] | undefined)?.find(({ kind }) => kind === "email")?.value;
}

import { RuleViolation, type Money } from "@kehu/contracts";
import { toMinor } from "@kehu/records";

export interface DealContact {
  contactId: string;
  role: string | null;
}

/**
 * An amount as it is stored. Until there are exchange rates it is in the company's currency, so both amounts are one.
 *
 * @returns no columns where no amount is given
 * @throws RuleViolation `currency.no-rate`
 */
export function amountColumns(amount: Money | null | undefined, currency: string) {
  if (amount === undefined) return {};
  if (amount === null) return columnsOf(null, null);
  if (amount.currency !== currency)
    throw fault("amount.currency", "currency.no-rate", `There is no rate from ${amount.currency} to ${currency}.`);
  const minor = toMinor(amount.amount, currency);
  if (minor === null || minor < 0n)
    throw fault("amount.amount", "field.range", "An amount of zero or more is expected.");
  return columnsOf(minor, currency);
}

const columnsOf = (minor: bigint | null, currency: string | null) => ({
  amountMinor: minor,
  amountCurrency: currency,
  baseAmountMinor: minor,
  baseAmountCurrency: currency,
});

interface GivenContacts {
  contactId?: string | null;
  contacts?: readonly { contactId: string; role?: string | null }[];
}

/**
 * The contacts of an opportunity and the primary one among them. A primary one that is not in the list joins it; where
 * the list no longer has the primary one, its first takes the place.
 *
 * @returns no columns where nothing of them is given
 */
export function contactColumns(given: GivenContacts, known: { contactId: string | null; contacts: DealContact[] }) {
  if (given.contacts === undefined && given.contactId === undefined) return {};
  const contacts = given.contacts ? once(given.contacts) : known.contacts;
  if (given.contactId === undefined) {
    const stays = contacts.some((contact) => contact.contactId === known.contactId);
    return { contacts, contactId: stays ? known.contactId : (contacts[0]?.contactId ?? null) };
  }
  const { contactId } = given;
  if (contactId === null || contacts.some((contact) => contact.contactId === contactId)) return { contacts, contactId };
  return { contacts: [{ contactId, role: null }, ...contacts], contactId };
}

/** A contact that is given twice counts once. */
function once(given: readonly { contactId: string; role?: string | null }[]): DealContact[] {
  const byId = new Map(given.map(({ contactId, role }) => [contactId, { contactId, role: role ?? null }]));
  return [...byId.values()];
}

export function fault(field: string, code: string, message: string): RuleViolation {
  return new RuleViolation(code, message, { errors: [{ field, code, message }] });
}

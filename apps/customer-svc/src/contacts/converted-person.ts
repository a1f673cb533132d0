import { ERASED, readable, type Personal } from "@kehu/contracts";
import type { KeptPoint } from "./contact-points.ts";

/** What sales says of the person that a lead was, decrypted; it has normalised e-mail and phone. */
export interface ConvertedPerson {
  ownerId: string | null;
  personId: string;
  firstName: Personal | null;
  lastName: Personal;
  email: Personal | null;
  phone: Personal | null;
  source: string | null;
  accountId: string | null;
}

/** The person as a contact keeps him; one who was erased in the meantime has no contact points any more. */
export function contactOf({ firstName, lastName, email, phone, ...rest }: ConvertedPerson) {
  const contactPoints: KeptPoint[] = [];
  const add = (kind: KeptPoint["kind"], given: Personal | null) => {
    const value = given && readable(given);
    if (value && value !== ERASED) contactPoints.push({ kind, value, primary: true });
  };
  add("email", email);
  add("phone", phone);
  return { ...rest, firstName: firstName && readable(firstName), lastName: readable(lastName), contactPoints };
}

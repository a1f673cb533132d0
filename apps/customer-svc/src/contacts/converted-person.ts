import type { Personal } from "@kehu/contracts";
import { readable } from "../leads/readable.ts";
import type { KeptPoint } from "./contact-points.ts";

/** What sales says of the person that a lead was; it has normalised e-mail and phone. */
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

/** The person as a contact keeps him. */
export function contactOf({ firstName, lastName, email, phone, ...rest }: ConvertedPerson) {
  const points: KeptPoint[] = [];
  if (email !== null) points.push({ kind: "email", value: readable(email), primary: true });
  if (phone !== null) points.push({ kind: "phone", value: readable(phone), primary: true });
  return { ...rest, firstName: firstName && readable(firstName), lastName: readable(lastName), points };
}

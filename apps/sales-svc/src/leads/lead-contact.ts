import { RuleViolation, type FieldError } from "@kehu/contracts";
import { isEmail } from "class-validator";
import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js";

/** The form in which an e-mail address is kept and compared. */
export const normalEmail = (value: string) => value.trim().toLowerCase();

/**
 * The form in which a phone number is kept and compared: E.164.
 *
 * @param country ISO 3166-1 alpha-2; a number without a country code is read as this country's
 * @returns null where it is no phone number
 */
export function normalPhone(value: string, country: string): string | null {
  const phone = parsePhoneNumberFromString(value, country as CountryCode);
  return phone?.isValid() ? phone.number : null;
}

interface Reachable {
  email?: string | null;
  phone?: string | null;
}

/**
 * Normalises what is given of e-mail and phone.
 *
 * @throws RuleViolation naming each that is none
 */
export function normalContact({ email, phone }: Reachable, country: string): Reachable {
  const errors: FieldError[] = [];
  const number = phone ? normalPhone(phone, country) : phone;
  if (email && !isEmail(email.trim()))
    errors.push({ field: "email", code: "email.invalid", message: "This is no e-mail address." });
  if (phone && !number) errors.push({ field: "phone", code: "phone.invalid", message: "This is no phone number." });
  if (errors.length)
    throw new RuleViolation("request.invalid", `${errors[0]!.field}: ${errors[0]!.message}`, { errors });
  return { email: email && normalEmail(email), phone: number };
}

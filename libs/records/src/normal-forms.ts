import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js";

/** @returns the form in which an e-mail address is kept and compared: no spaces around it, lower case */
export function normalEmail(value: string): string {
  return value.trim().toLowerCase();
}

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

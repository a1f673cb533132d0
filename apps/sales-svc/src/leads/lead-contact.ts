import { RuleViolation, type FieldError } from "@kehu/contracts";
import { normalEmail, normalPhone } from "@kehu/records";
import { isEmail } from "class-validator";

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

import { RuleViolation, type ContactPoint, type FieldError } from "@kehu/contracts";
import { normalEmail, normalPhone } from "@kehu/records";
import { isEmail } from "class-validator";

/** A contact point as a caller gives it. */
export interface GivenPoint {
  kind: ContactPoint["kind"];
  value: string;
  primary?: boolean;
}

/** A contact point as it is kept: normalised. */
export type KeptPoint = ContactPoint & { value: string };

/**
 * Normalises contact points. A value that is given twice counts once; of each kind one is primary: the one that is
 * marked, else the first.
 *
 * @throws RuleViolation naming each value that cannot be one of its kind, and a second primary one
 */
export function normalPoints(given: readonly GivenPoint[], country: string): KeptPoint[] {
  const errors: FieldError[] = [];
  const kept: KeptPoint[] = [];
  given.forEach(({ kind, value: raw, primary = false }, index) => {
    const value = normalValue(kind, raw, country);
    if (value === null) return errors.push(fault(`contactPoints.${index}.value`, kind));
    const same = kept.find((point) => point.kind === kind && point.value === value);
    if (primary && kept.some((point) => point !== same && point.kind === kind && point.primary)) {
      return errors.push(SECOND_PRIMARY(`contactPoints.${index}.primary`, kind));
    }
    if (same) same.primary ||= primary;
    else kept.push({ kind, value, primary });
  });
  if (errors.length)
    throw new RuleViolation("request.invalid", `${errors[0]!.field}: ${errors[0]!.message}`, { errors });
  return kept.map((point) => ({ ...point, primary: point.primary || point === firstOfItsKind(kept, point) }));
}

/**
 * @param given one value of some kinds: each takes the place of the one to use first, unless the person has it already
 * @returns the points with those of the other kinds, to be normalised
 */
export function withKinds(kept: readonly KeptPoint[], given: readonly GivenPoint[], country: string): GivenPoint[] {
  return given.reduce<readonly GivenPoint[]>((points, { kind, value }) => {
    const same = normalValue(kind, value, country);
    if (points.some((point) => point.kind === kind && point.value === same)) return points;
    const first = points.find((point) => point.kind === kind && point.primary);
    const point = { kind, value, primary: true };
    return first ? points.map((one) => (one === first ? point : one)) : [...points, point];
  }, kept) as GivenPoint[];
}

/** The first of a kind of which none is marked as primary. */
function firstOfItsKind(points: readonly KeptPoint[], { kind }: KeptPoint): KeptPoint | undefined {
  const alike = points.filter((point) => point.kind === kind);
  return alike.some(({ primary }) => primary) ? undefined : alike[0];
}

function normalValue(kind: ContactPoint["kind"], raw: string, country: string): string | null {
  const value = raw.trim();
  switch (kind) {
    case "email":
      return isEmail(value) ? normalEmail(value) : null;
    case "phone":
      return normalPhone(value, country);
    default:
      return value === "" ? null : value;
  }
}

function fault(field: string, kind: ContactPoint["kind"]): FieldError {
  switch (kind) {
    case "email":
      return { field, code: "email.invalid", message: "This is no e-mail address." };
    case "phone":
      return { field, code: "phone.invalid", message: "This is no phone number." };
    default:
      return { field, code: "field.required", message: "A text that is not blank is expected." };
  }
}

const SECOND_PRIMARY = (field: string, kind: string): FieldError => ({
  field,
  code: "contact-point.second-primary",
  message: `Only one contact point of the kind ${kind} is primary.`,
});

import { Problem, RuleViolation, type DomainEvent } from "@kehu/contracts";
import { RecordEntity, sameValue } from "@kehu/records";

/** Whoever something is noted about. */
export interface Noted {
  personId: string;
  ownerId: string | null;
  at: Date;
}

/** A record that is added once and stays as it is. */
export abstract class LedgerEntry extends RecordEntity {
  update(): DomainEvent[] {
    throw unchangeable();
  }

  remove(): DomainEvent[] {
    throw unchangeable();
  }

  restore(): DomainEvent[] {
    throw unchangeable();
  }

  /** What an import may say of an entry that is there: the same again. */
  protected repeated(data: object): DomainEvent[] {
    const known = this as unknown as Record<string, unknown>;
    const differs = Object.entries(data).some(([key, value]) => value !== undefined && !sameValue(known[key], value));
    if (differs) throw unchangeable();
    return [];
  }
}

const unchangeable = () => new Problem(405, "ledger.append-only", "An entry is never changed: add another one.");

/** @throws RuleViolation for a person who is neither a lead nor a contact, as far as this service knows yet */
export function mustBeKnown(personId: string, known: ReadonlySet<string>): void {
  if (known.has(personId)) return;
  const message = "This person is not known here yet: send the request again.";
  throw new RuleViolation("reference.not-yet-known", message, {
    errors: [{ field: "personId", code: "reference.not-yet-known", message }],
  });
}

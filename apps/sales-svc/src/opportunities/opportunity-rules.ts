import { RuleViolation, type FieldError, type Stage } from "@kehu/contracts";
import type { StageCategory } from "./opportunity-moves.ts";
import { fault } from "./opportunity-parts.ts";
import type { ImportOpportunity } from "./opportunity.dto.ts";

export const CLOSED: readonly StageCategory[] = ["won", "lost"];

/** @throws RuleViolation naming what a won deal needs of the people who win it */
export function mustBeWinnable(hasAmount: boolean, hasContact: boolean): void {
  const errors: FieldError[] = [];
  if (!hasAmount) errors.push({ field: "amount", code: "field.required", message: "A won deal has an amount." });
  if (!hasContact) errors.push({ field: "contactId", code: "field.required", message: "A won deal has a contact." });
  if (errors.length)
    throw new RuleViolation("opportunity.not-winnable", errors.map(({ message }) => message).join(" "), { errors });
}

/**
 * What an import says of the end of a deal must fit the stage that it gives, and the order of time. A deal of which
 * nobody knows any more when it was created may have ended before it came here.
 */
export function mustFitStage(
  { category }: Stage,
  { closedAt, lostReason }: Partial<ImportOpportunity>,
  createdAt: Date | undefined,
): void {
  if (closedAt && !CLOSED.includes(category))
    throw fault("closedAt", "opportunity.not-closed", "Only a closed deal was closed at a time.");
  if (lostReason && category !== "lost")
    throw fault("lostReason", "opportunity.not-lost", "Only a lost deal has a reason for that.");
  if (closedAt && createdAt && closedAt < createdAt)
    throw fault("closedAt", "opportunity.closed-before-created", "It was closed before it was created.");
}

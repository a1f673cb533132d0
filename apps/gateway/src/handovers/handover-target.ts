import { RuleViolation, type FieldError } from "@kehu/contracts";
import { reference } from "@kehu/records";
import { TEAM } from "../teams/team-reference.ts";
import type { HandOverRequest } from "./handover.dto.ts";

const USER = { type: "user", table: "app_user", name: "name", permission: null, copy: false };

/** The references of a handover, for `References`. */
export const TARGETS = {
  fields: { toUserId: reference("New owner", "新负责人", USER), toTeamId: reference("Team", "团队", TEAM) },
};

/** @throws RuleViolation unless exactly one of user and team is given */
export function mustNameOne({ toUserId, toTeamId }: HandOverRequest): void {
  if ((toUserId === undefined) === (toTeamId === undefined))
    throw fault("toUserId", "field.required", "Give toUserId, or toTeamId for the pool of a team.", "request.invalid");
}

/** @throws RuleViolation naming each resource that nobody has, or that belongs to nobody */
export function mustKnow(resources: readonly string[], owned: readonly string[]): void {
  const message = `One of ${owned.join(", ")} is expected.`;
  const errors = resources.flatMap((name, index) =>
    owned.includes(name) ? [] : [{ field: `resources.${index}`, code: "field.vocabulary", message }],
  );
  if (errors.length > 0)
    throw new RuleViolation("request.invalid", `${errors[0]!.field}: ${message}`, { errors, allowed: owned });
}

/** @throws RuleViolation where the new owner is the old one, or could not take care of anything */
export function mustTakeOver(userId: string, target: { id: string; status: string }): void {
  if (target.id === userId)
    throw fault("toUserId", "handover.same-user", "Name another user than the one who hands over.");
  if (target.status === "suspended")
    throw fault("toUserId", "handover.target-suspended", "This user is suspended: name one who can sign in.");
}

function fault(field: string, code: string, message: string, problem: string = code): RuleViolation {
  const errors: FieldError[] = [{ field, code, message }];
  return new RuleViolation(problem, message, { errors });
}

import type { RequestContext } from "@kehu/auth";
import { Problem } from "@kehu/contracts";
import type { Planned } from "./comparison.ts";
import type { Outcome } from "./item.ts";

/** How long one request makes changes: what is left then, the same request goes on with. Below what proxies wait. */
export const LONGEST_MS = 10_000;

/**
 * Makes changes one after the other. One that is refused is told, and the next one made; where something is away, nothing
 * more is tried.
 *
 * @param now the time, which passes
 * @returns an outcome for each change and each conflict, in the order of the comparison
 */
export async function outcomesOf(
  planned: readonly Planned[],
  who: RequestContext,
  now: () => Date,
): Promise<Outcome[]> {
  const until = now().getTime() + LONGEST_MS;
  const outcomes = new Map<Planned, Outcome>();
  const inTurn = planned.toSorted((a, b) => Number(a.step?.isLast ?? false) - Number(b.step?.isLast ?? false));
  let isAway = false;
  for (const one of inTurn) {
    if (one.difference.change === "only-here") continue;
    if (!one.step) outcomes.set(one, outcomeOf(one, "skipped", one.difference.reason));
    else if (isAway || now().getTime() > until) outcomes.set(one, outcomeOf(one, "left", null));
    else {
      const outcome = await made(one, one.step, who);
      isAway = outcome === null;
      outcomes.set(one, outcome ?? outcomeOf(one, "left", null));
    }
  }
  return planned.flatMap((one) => outcomes.get(one) ?? []);
}

/** @returns null where what it needs is away */
async function made(
  planned: Planned,
  step: NonNullable<Planned["step"]>,
  who: RequestContext,
): Promise<Outcome | null> {
  try {
    await step.run(who);
    return outcomeOf(planned, "done", null);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status >= 500) return null;
    const { code, detail, members } = error;
    return outcomeOf(planned, "failed", { code, message: detail, ...(members.errors && { errors: members.errors }) });
  }
}

const outcomeOf = (
  { difference: { section, key, change, fields } }: Planned,
  outcome: Outcome["outcome"],
  reason: Outcome["reason"],
): Outcome => ({ section, key, change, fields, outcome, reason });

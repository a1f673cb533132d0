import { CONSENT_CHANNELS, SUPPRESSION_REASONS } from "@kehu/contracts";
import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { choice, fields, id, instant, resource, text } from "@kehu/records";
import type { Noted } from "../ledger/ledger-entry.ts";
import { knownPersons, lockPersons } from "../people/people-copies.ts";
import { CreateSuppression, ImportSuppression } from "./suppression.dto.ts";
import { keyOf, Suppression, type SuppressionLedger } from "./suppression.entity.ts";

export const SUPPRESSIONS = resource<Suppression>({
  name: "suppressions",
  type: "suppression",
  concept: "marketing.suppression",
  snapshot: "marketing.suppression.snapshot",
  table: "suppression",
  entity: Suppression,
  permissions: {
    read: "marketing.suppression.read",
    write: "marketing.suppression.write",
    import: "marketing.suppression.import",
  },
  fields: fields({
    personId: id("Person", "人员", { required: true }),
    channel: choice("Channel", "渠道", CONSENT_CHANNELS, { required: true }),
    reason: choice("Reason", "原因", SUPPRESSION_REASONS, { required: true }),
    source: text("Source", "来源", { neverNull: true }),
    suppressedAt: instant("Suppressed", "屏蔽时间", { neverNull: true }),
  }),
  naming: ({ personId }, bind) => `SELECT s.id FROM suppression s WHERE s.person_id = ${bind(personId)}`,
  dto: { create: CreateSuppression, update: CreateSuppression, import: ImportSuppression },
  context: ledgerOf,
});

/** Who of the persons is suppressed; nobody else adds entries about them until the transaction ends. */
async function ledgerOf(
  tx: Tx,
  items: readonly { personId?: string }[],
  _births: number,
  who: RequestContext,
): Promise<SuppressionLedger> {
  const personIds = items.flatMap(({ personId }) => personId?.toLowerCase() ?? []);
  await lockPersons(tx, personIds);
  return { knownPersons: await knownPersons(tx, personIds, who), suppressed: await suppressedOf(tx, personIds) };
}

async function suppressedOf(tx: Tx, personIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ personId: string; channel: string }>(
    'SELECT person_id AS "personId", channel FROM suppression WHERE person_id = ANY($1)',
    [personIds],
  );
  return new Set(rows.map(keyOf));
}

/**
 * What the ledger is to say of members whose mail bounced.
 *
 * @param bounced may name a person more than once; the caller has locked them
 * @returns one entry per person who is not suppressed yet
 */
export async function hardBounces(
  tx: Tx,
  bounced: readonly Noted[],
): Promise<(CreateSuppression & { ownerId: string | null })[]> {
  const suppressed = await suppressedOf(
    tx,
    bounced.map(({ personId }) => personId),
  );
  const persons = new Map(bounced.map((noted) => [noted.personId, noted]));
  return [...persons.values()]
    .map(({ personId, ownerId, at }) => ({
      personId,
      ownerId,
      channel: "email" as const,
      reason: "hard_bounce" as const,
      source: "campaign-member",
      suppressedAt: at,
    }))
    .filter((entry) => !suppressed.has(keyOf(entry)));
}

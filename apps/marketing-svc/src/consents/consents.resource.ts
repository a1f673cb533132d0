import { CONSENT_CHANNELS, CONSENT_STATES } from "@kehu/contracts";
import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { choice, fields, id, instant, longText, resource, text } from "@kehu/records";
import type { Noted } from "../ledger/ledger-entry.ts";
import { knownPersons, lockPersons } from "../people/people-copies.ts";
import type { Consented } from "./consent-state.ts";
import { CreateConsent, ImportConsent } from "./consent.dto.ts";
import { Consent, keyOf, PURPOSE, type ConsentLedger } from "./consent.entity.ts";

export const CONSENTS = resource<Consent>({
  name: "consents",
  type: "consent",
  concept: "marketing.consent",
  snapshot: "marketing.consent.snapshot",
  table: "consent",
  entity: Consent,
  permissions: {
    read: "marketing.consent.read",
    write: "marketing.consent.write",
    import: "marketing.consent.import",
  },
  fields: fields({
    personId: id("Person", "人员", { required: true }),
    channel: choice("Channel", "渠道", CONSENT_CHANNELS, { required: true }),
    purpose: text("Purpose", "用途", { neverNull: true }),
    state: choice("State", "状态", CONSENT_STATES, { required: true }),
    basis: text("Legal basis", "法律依据"),
    source: text("Source", "来源", { neverNull: true }),
    proof: longText("Proof", "凭证", { personal: true, filterable: false }),
    decidedAt: instant("Decided", "决定时间", { neverNull: true }),
  }),
  person: { id: "personId" },
  dto: { create: CreateConsent, update: CreateConsent, import: ImportConsent },
  context: ledgerOf,
});

/** What the ledger says of the persons; nobody else adds entries about them until the transaction ends. */
async function ledgerOf(
  tx: Tx,
  items: readonly { personId?: string }[],
  _births: number,
  who: RequestContext,
): Promise<ConsentLedger> {
  const personIds = items.flatMap(({ personId }) => personId?.toLowerCase() ?? []);
  await lockPersons(tx, personIds);
  return { knownPersons: await knownPersons(tx, personIds, who), latest: await latestOf(tx, personIds) };
}

async function latestOf(tx: Tx, personIds: readonly string[]): Promise<Map<string, Consented>> {
  const rows = await tx.query<{ personId: string; channel: string; purpose: string; state: Consented }>(
    `SELECT DISTINCT ON (person_id, channel, purpose) person_id AS "personId", channel, purpose, state FROM consent
     WHERE person_id = ANY($1) ORDER BY person_id, channel, purpose, decided_at DESC, id DESC`,
    [personIds],
  );
  return new Map(rows.map((row) => [keyOf(row), row.state]));
}

/**
 * What the ledger is to say of members who opted out of a campaign's mail.
 *
 * @param optedOut may name a person more than once; the caller has locked them
 * @returns one withdrawal per person whose consent is not withdrawn yet
 */
export async function withdrawals(
  tx: Tx,
  optedOut: readonly Noted[],
): Promise<(CreateConsent & { ownerId: string | null })[]> {
  const latest = await latestOf(
    tx,
    optedOut.map(({ personId }) => personId),
  );
  const persons = new Map(optedOut.map((noted) => [noted.personId, noted]));
  return [...persons.values()]
    .map(({ personId, ownerId, at }) => ({
      personId,
      ownerId,
      channel: "email" as const,
      purpose: PURPOSE,
      state: "withdrawn" as const,
      source: "campaign-member",
      decidedAt: at,
    }))
    .filter((entry) => latest.get(keyOf(entry)) !== "withdrawn");
}

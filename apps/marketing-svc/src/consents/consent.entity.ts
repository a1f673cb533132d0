import { IllegalTransition, RuleViolation, type ConsentState, type DomainEvent } from "@kehu/contracts";
import { assign, event, required } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { LedgerEntry, mustBeKnown } from "../ledger/ledger-entry.ts";
import { NEXT, RAISING, type Consented } from "./consent-state.ts";
import type { CreateConsent, ImportConsent } from "./consent.dto.ts";

/** What the ledger says already; goes on with each entry. */
export interface ConsentLedger {
  knownPersons: ReadonlySet<string>;
  /** The latest state by `keyOf`. */
  latest: Map<string, Consented>;
}

/** What an entry is about: one person, channel and purpose. */
export const keyOf = (about: { personId: string; channel: string; purpose?: string }) =>
  JSON.stringify([about.personId, about.channel, about.purpose ?? PURPOSE]);

/** The purpose of an entry that names none. */
export const PURPOSE = "marketing";

@Entity({ schema: "marketing", name: "consent" })
export class Consent extends LedgerEntry {
  @Column("uuid", { name: "person_id" }) personId: string;
  @Column("text") channel: ConsentState["channel"];
  @Column("text") purpose: string;
  /** Its state; `state()` is the whole of it. */
  @Column("text", { name: "state" }) decision: Consented;
  @Column("text", { nullable: true }) basis: string | null;
  @Column("text") source: string;
  /** Encrypted in its column. */
  @Column("text", { nullable: true }) proof: string | null;
  @Column("timestamptz", { name: "decided_at" }) decidedAt: Date;

  open(given: CreateConsent, now: Date, ledger: ConsentLedger): DomainEvent[] {
    const data = { ...given, personId: given.personId.toLowerCase() };
    mustBeKnown(data.personId, ledger.knownPersons);
    const from = ledger.latest.get(keyOf(data)) ?? "unknown";
    if (!NEXT[from].includes(data.state)) throw new IllegalTransition("consent", from, data.state, NEXT[from]);
    const { state, ...fields } = data;
    assign(this, { purpose: PURPOSE, source: "manual", decidedAt: now, ...fields, decision: state });
    ledger.latest.set(keyOf(data), state);
    return [event("marketing.consent.created", this, now)];
  }

  imported(data: Partial<ImportConsent>, now: Date, ledger: ConsentLedger): DomainEvent[] {
    const { state, ...fields } = data;
    if (this.version > 0) return this.repeated({ ...fields, decision: state });
    const { personId, channel } = data;
    if (personId === undefined) throw required("personId");
    if (channel === undefined) throw required("channel");
    if (state === undefined) throw required("state");
    if (RAISING.includes(state)) {
      throw new RuleViolation("consent.import-cannot-raise", "An import may take consent back, not give it.");
    }
    return this.open({ ...data, personId, channel, state }, now, ledger);
  }

  state(): ConsentState {
    return {
      ...this.base(),
      personId: this.personId,
      channel: this.channel,
      purpose: this.purpose,
      state: this.decision,
      basis: this.basis,
      source: this.source,
      proof: this.proof,
      decidedAt: this.decidedAt.toISOString(),
    };
  }
}

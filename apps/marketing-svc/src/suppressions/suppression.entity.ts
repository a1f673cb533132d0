import { Conflict, type DomainEvent, type SuppressionState } from "@kehu/contracts";
import { assign, event, required } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { LedgerEntry, mustBeKnown } from "../ledger/ledger-entry.ts";
import type { CreateSuppression, ImportSuppression } from "./suppression.dto.ts";

/** Who is suppressed already; goes on with each entry. */
export interface SuppressionLedger {
  knownPersons: ReadonlySet<string>;
  /** By `keyOf`. */
  suppressed: Set<string>;
}

/** What an entry is about: one person and channel. */
export const keyOf = ({ personId, channel }: { personId: string; channel: string }) =>
  JSON.stringify([personId, channel]);

@Entity({ schema: "marketing", name: "suppression" })
export class Suppression extends LedgerEntry {
  @Column("uuid", { name: "person_id" }) personId: string;
  @Column("text") channel: SuppressionState["channel"];
  @Column("text") reason: SuppressionState["reason"];
  @Column("text") source: string;
  @Column("timestamptz", { name: "suppressed_at" }) suppressedAt: Date;

  open(given: CreateSuppression, now: Date, ledger: SuppressionLedger): DomainEvent[] {
    const data = { ...given, personId: given.personId.toLowerCase() };
    mustBeKnown(data.personId, ledger.knownPersons);
    if (ledger.suppressed.has(keyOf(data))) {
      throw new Conflict("suppression.exists", "This person is suppressed on this channel already.");
    }
    assign(this, { source: "manual", suppressedAt: now, ...data });
    ledger.suppressed.add(keyOf(data));
    return [event("marketing.suppression.created", this, now)];
  }

  imported(data: Partial<ImportSuppression>, now: Date, ledger: SuppressionLedger): DomainEvent[] {
    if (this.version > 0) return this.repeated(data);
    const { personId, channel, reason } = data;
    if (personId === undefined) throw required("personId");
    if (channel === undefined) throw required("channel");
    if (reason === undefined) throw required("reason");
    return this.open({ ...data, personId, channel, reason }, now, ledger);
  }

  state(): SuppressionState {
    return {
      ...this.base(),
      personId: this.personId,
      channel: this.channel,
      reason: this.reason,
      source: this.source,
      suppressedAt: this.suppressedAt.toISOString(),
    };
  }
}

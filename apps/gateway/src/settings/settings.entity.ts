import { RuleViolation, type DomainEvent, type SettingsState } from "@kehu/contracts";
import { assign, event, RecordEntity } from "@kehu/records";
import { Column, Entity } from "typeorm";
import type { UpdateSettings } from "./settings.dto.ts";

/** What the company has decided once; the one row of its table. */
@Entity({ schema: "identity", name: "settings" })
export class Settings extends RecordEntity {
  @Column("text") currency: string;
  @Column("text", { name: "time_zone" }) timeZone: string;
  @Column("text") country: string;
  @Column("jsonb") languages: string[];
  @Column("integer", { name: "fiscal_year_start" }) fiscalYearStart: number;

  open(_data: object, now: Date): DomainEvent[] {
    return this.version === 0 ? [event("identity.settings.created", this, now)] : [];
  }

  update(patch: UpdateSettings, now: Date): DomainEvent[] {
    return assign(this, patch) ? [event("identity.settings.updated", this, now)] : [];
  }

  imported(): DomainEvent[] {
    throw theOnlyOnes();
  }

  remove(): DomainEvent[] {
    throw theOnlyOnes();
  }

  restore(): DomainEvent[] {
    throw theOnlyOnes();
  }

  state(): SettingsState {
    return {
      ...this.base(),
      currency: this.currency,
      timeZone: this.timeZone,
      country: this.country,
      languages: this.languages,
      fiscalYearStart: this.fiscalYearStart,
    };
  }
}

function theOnlyOnes(): RuleViolation {
  return new RuleViolation("settings.only-one", "A company has one set of settings.");
}

import {
  RETENTION_CONDITIONS,
  RuleViolation,
  type DomainEvent,
  type RetentionRule,
  type SettingsState,
} from "@kehu/contracts";
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
  @Column("jsonb") retention: RetentionRule[];
  @Column("integer", { name: "purge_deleted_after_days", nullable: true }) purgeDeletedAfterDays: number | null;

  open(_data: object, now: Date): DomainEvent[] {
    return this.version === 0 ? [event("identity.settings.created", this, now)] : [];
  }

  update(patch: UpdateSettings, now: Date): DomainEvent[] {
    mustBeDistinct(patch.retention ?? []);
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
      retention: this.retention,
      purgeDeletedAfterDays: this.purgeDeletedAfterDays,
    };
  }
}

/** Each condition belongs to its concept, and has one time. */
function mustBeDistinct(rules: readonly RetentionRule[]): void {
  rules.forEach(({ concept, condition }, index) => {
    const allowed = RETENTION_CONDITIONS[concept as keyof typeof RETENTION_CONDITIONS] as readonly string[];
    const isTwice = rules.findIndex((one) => one.concept === concept && one.condition === condition) < index;
    if (allowed.includes(condition) && !isTwice) return;
    const field = `retention.${index}.condition`;
    const [code, message] = isTwice
      ? ["retention.twice", "There is a rule with this condition already."]
      : ["retention.unknown-condition", `Of ${concept} the conditions are ${allowed.join(" and ")}.`];
    throw new RuleViolation(code, `${field}: ${message}`, { errors: [{ field, code: code, message: message }] });
  });
}

function theOnlyOnes(): RuleViolation {
  return new RuleViolation("settings.only-one", "A company has one set of settings.");
}

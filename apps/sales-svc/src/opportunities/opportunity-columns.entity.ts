import type { OpportunityState } from "@kehu/contracts";
import { bigintColumn, OwnedEntity, toMoney } from "@kehu/records";
import { Column } from "typeorm";
import type { StageCategory } from "./opportunity-moves.ts";
import type { DealContact } from "./opportunity-parts.ts";

/** What is kept of an opportunity, and what of it is public. */
export abstract class OpportunityColumns extends OwnedEntity {
  @Column("text") name: string;
  @Column("uuid", { name: "account_id", nullable: true }) accountId: string | null;
  @Column("uuid", { name: "contact_id", nullable: true }) contactId: string | null;
  @Column("jsonb") contacts: DealContact[];
  @Column("uuid", { name: "lead_id", nullable: true }) leadId: string | null;
  @Column("uuid", { name: "campaign_id", nullable: true }) campaignId: string | null;
  @Column("uuid", { name: "pipeline_id" }) pipelineId: string;
  @Column("text") stage: string;
  @Column("text", { name: "stage_category" }) stageCategory: StageCategory;
  @Column("timestamptz", { name: "stage_since" }) stageSince: Date;
  @Column("integer") probability: number;
  @Column("boolean", { name: "probability_given" }) probabilityGiven: boolean;
  @Column({ ...bigintColumn, name: "amount_minor", nullable: true }) amountMinor: bigint | null;
  @Column("text", { name: "amount_currency", nullable: true }) amountCurrency: string | null;
  @Column({ ...bigintColumn, name: "base_amount_minor", nullable: true }) baseAmountMinor: bigint | null;
  @Column("text", { name: "base_amount_currency", nullable: true }) baseAmountCurrency: string | null;
  @Column("date", { name: "expected_close_on", nullable: true }) expectedCloseOn: string | null;
  @Column("timestamptz", { name: "closed_at", nullable: true }) closedAt: Date | null;
  @Column("uuid", { name: "closed_owner_id", nullable: true }) closedOwnerId: string | null;
  @Column("text", { name: "lost_reason", nullable: true }) lostReason: string | null;
  @Column("text", { nullable: true }) type: string | null;
  @Column("text", { nullable: true }) source: string | null;
  @Column("text", { name: "next_step", nullable: true }) nextStep: string | null;

  state(): OpportunityState {
    return {
      ...this.base(),
      name: this.name,
      accountId: this.accountId,
      contactId: this.contactId,
      contacts: this.contacts,
      leadId: this.leadId,
      campaignId: this.campaignId,
      pipelineId: this.pipelineId,
      stage: this.stage,
      stageCategory: this.stageCategory,
      stageSince: this.stageSince.toISOString(),
      probability: this.probability,
      amount: toMoney(this.amountMinor, this.amountCurrency),
      baseAmount: toMoney(this.baseAmountMinor, this.baseAmountCurrency),
      expectedCloseOn: this.expectedCloseOn,
      closedAt: this.closedAt?.toISOString() ?? null,
      closedOwnerId: this.closedOwnerId,
      lostReason: this.lostReason,
      type: this.type,
      source: this.source,
      nextStep: this.nextStep,
    };
  }
}

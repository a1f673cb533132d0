import {
  type CampaignState,
  type Collaborator,
  type DomainEvent,
  IllegalTransition,
  RuleViolation,
} from "@kehu/contracts";
import {
  assign,
  bigintColumn,
  event,
  type Holder,
  type Lineage,
  mustFitUnder,
  OwnedEntity,
  required,
  toMoney,
  standUnder,
} from "@kehu/records";
import { Column, Entity } from "typeorm";
import { moneyColumns } from "./campaign-money.ts";
import { FACTS, MOVES, verbsFrom, type CampaignStatus, type CampaignVerb } from "./campaign-status.ts";
import type { CreateCampaign, ImportCampaign, UpdateCampaign } from "./campaign.dto.ts";

/** What a campaign has to know beside itself. */
export interface Surroundings {
  /** The company's currency. */
  currency: string;
  lineage: Lineage;
}

@Entity({ schema: "marketing", name: "campaign" })
export class Campaign extends OwnedEntity {
  @Column("text") name: string;
  @Column("text", { nullable: true }) type: string | null;
  @Column("text", { nullable: true }) status: CampaignStatus;
  @Column("text", { nullable: true }) goal: string | null;
  @Column("date", { name: "starts_on", nullable: true }) startsOn: string | null;
  @Column("date", { name: "ends_on", nullable: true }) endsOn: string | null;
  @Column({ ...bigintColumn, name: "budget_minor", nullable: true }) budgetMinor: bigint | null;
  @Column("text", { name: "budget_currency", nullable: true }) budgetCurrency: string | null;
  @Column({ ...bigintColumn, name: "cost_minor", nullable: true }) costMinor: bigint | null;
  @Column("text", { name: "cost_currency", nullable: true }) costCurrency: string | null;
  @Column({ ...bigintColumn, name: "expected_revenue_minor", nullable: true }) expectedRevenueMinor: bigint | null;
  @Column("text", { name: "expected_revenue_currency", nullable: true }) expectedRevenueCurrency: string | null;
  @Column("uuid", { name: "parent_id", nullable: true }) parentId: string | null;

  open(data: CreateCampaign, now: Date, around: Surroundings): DomainEvent[] {
    this.set({ status: "draft", ...data }, around);
    return [event("marketing.campaign.created", this, now)];
  }

  imported(data: Partial<ImportCampaign>, now: Date, around: Surroundings): DomainEvent[] {
    const { status, ...fields } = data;
    if (this.version > 0) return this.follow(data, now, around);
    if (data.name === undefined) throw required("name");
    this.set({ ...fields, status: status === null ? null : "draft" }, around);
    const born = event("marketing.campaign.created", this, now);
    return [born, ...this.follow({ status }, now, around)];
  }

  update(patch: UpdateCampaign, now: Date, around: Surroundings): DomainEvent[] {
    return this.set(patch, around) ? [event("marketing.campaign.updated", this, now)] : [];
  }

  /** @throws IllegalTransition with the verbs that the campaign takes */
  move(verb: CampaignVerb, now: Date): DomainEvent[] {
    const { from: sources, to, fact } = MOVES[verb];
    const from = this.status;
    if (!sources.includes(from)) throw new IllegalTransition("campaign", from ?? "unknown", to, verbsFrom(from));
    this.status = to;
    return [event(fact, this, now, { from })];
  }

  handOver(holder: Holder, now: Date): DomainEvent[] {
    const from = this.ownerId;
    return assign(this, holder) ? [event("marketing.campaign.owner-changed", this, now, { from })] : [];
  }

  share(collaborators: Collaborator[], now: Date): DomainEvent[] {
    return assign(this, { collaborators }) ? [event("marketing.campaign.updated", this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("marketing.campaign.deleted", this, now)];
  }

  override mustStand(lineage: Lineage): void {
    mustFitUnder(this.id, this.parentId, lineage, "campaign");
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("marketing.campaign.restored", this, now)];
  }

  state(): CampaignState {
    return {
      ...this.base(),
      name: this.name,
      type: this.type,
      status: this.status,
      goal: this.goal,
      startsOn: this.startsOn,
      endsOn: this.endsOn,
      budget: toMoney(this.budgetMinor, this.budgetCurrency),
      cost: toMoney(this.costMinor, this.costCurrency),
      expectedRevenue: toMoney(this.expectedRevenueMinor, this.expectedRevenueCurrency),
      parentId: this.parentId,
    };
  }

  /** Takes over what an import says of a campaign that is there. */
  private follow(data: Partial<ImportCampaign>, now: Date, around: Surroundings): DomainEvent[] {
    const from = this.status;
    if (!this.set(data, around)) return [];
    const moved = this.status !== null && this.status !== from;
    const fact = moved ? FACTS[this.status!] : "marketing.campaign.updated";
    return [event(fact, this, now, moved ? { from } : {})];
  }

  private set(data: Partial<ImportCampaign>, { currency, lineage }: Surroundings): boolean {
    const { budget, cost, expectedRevenue, ...fields } = data;
    this.mustEndAfterStart(data);
    const sums = {
      ...moneyColumns("budget", budget, currency),
      ...moneyColumns("cost", cost, currency),
      ...moneyColumns("expectedRevenue", expectedRevenue, currency),
    };
    standUnder(this.id, data.parentId, lineage, "campaign");
    return assign(this, { ...fields, ...sums });
  }

  private mustEndAfterStart({ startsOn = this.startsOn, endsOn = this.endsOn }: Partial<ImportCampaign>): void {
    if (!startsOn || !endsOn || startsOn <= endsOn) return;
    const message = "A campaign ends on the day of its start or later.";
    throw new RuleViolation("campaign.ends-before-start", message, {
      errors: [{ field: "endsOn", code: "campaign.ends-before-start", message }],
    });
  }
}

import { type Collaborator, Conflict, type DomainEvent, type Stage } from "@kehu/contracts";
import { assign, event, type Holder, required } from "@kehu/records";
import { Entity } from "typeorm";
import { OpportunityColumns } from "./opportunity-columns.entity.ts";
import { CLOSED, mustBeWinnable, mustFitStage } from "./opportunity-rules.ts";
import {
  destination,
  firstOf,
  mustMove,
  pipelineOf,
  stageNamed,
  type DealContext,
  type DealPipeline,
} from "./opportunity-moves.ts";
import { amountColumns, contactColumns, fault } from "./opportunity-parts.ts";
import type {
  CreateOpportunity,
  ImportOpportunity,
  LoseOpportunity,
  MoveOpportunity,
  ReopenOpportunity,
  UpdateOpportunity,
  WinOpportunity,
} from "./opportunity.dto.ts";

/** An opportunity that a converted lead opens; a person without a company has no account. */
export type DealFromLead = Omit<CreateOpportunity, "accountId"> & { accountId: string | null; ownerId: string | null };

/** What a converted lead adds to an opportunity that is there. */
export interface LeadOrigin {
  leadId: string;
  accountId: string | null;
  contactId: string;
}

/** What may still be written into a closed deal. */
const NOTES: readonly string[] = ["nextStep", "source", "type", "externalIds"];

@Entity({ schema: "sales", name: "opportunity" })
export class Opportunity extends OpportunityColumns {
  open(
    { pipelineId, stage: name, ...data }: CreateOpportunity | DealFromLead,
    now: Date,
    context: DealContext,
  ): DomainEvent[] {
    const pipeline = pipelineOf(context, pipelineId);
    const stage = name === undefined ? firstOf(pipeline, "open") : stageNamed(pipeline, name);
    if (CLOSED.includes(stage.category))
      throw fault("stage", "opportunity.born-closed", "Open it, then win or lose it.");
    this.begin();
    this.stand(pipeline, stage, now);
    this.set(data, context);
    return [event("sales.opportunity.created", this, now)];
  }

  update(patch: UpdateOpportunity, now: Date, context: DealContext): DomainEvent[] {
    const written = Object.entries(patch)
      .filter(([, value]) => value !== undefined)
      .map(([field]) => field);
    if (written.some((field) => !NOTES.includes(field))) this.mustNotBeClosed();
    return this.set(patch, context) ? [event("sales.opportunity.updated", this, now)] : [];
  }

  /** A converted lead belongs to this deal: it brings its contact, and its account where there is none yet. */
  joinLead({ leadId, accountId, contactId }: LeadOrigin, now: Date): DomainEvent[] {
    this.mustNotBeClosed();
    const others = this.contacts.filter((contact) => contact.contactId !== contactId);
    const contacts = others.length < this.contacts.length ? this.contacts : [...others, { contactId, role: null }];
    const joined = {
      leadId: this.leadId ?? leadId,
      accountId: this.accountId ?? accountId,
      contactId: this.contactId ?? contactId,
    };
    return assign(this, { contacts, ...joined }) ? [event("sales.opportunity.updated", this, now)] : [];
  }

  moveTo({ stage: name, pipelineId }: MoveOpportunity, now: Date, context: DealContext): DomainEvent[] {
    mustMove("stage", this.stageCategory, name);
    const pipeline = pipelineOf(context, pipelineId ?? this.pipelineId);
    const stage = destination("stage", this.stageCategory, pipeline, name);
    if (stage.name === this.stage && pipeline.id === this.pipelineId) return [];
    const from = this.stage;
    this.stand(pipeline, stage, now);
    return [event("sales.opportunity.stage-changed", this, now, { from })];
  }

  win({ amount, contactId, closedAt, stage: name }: WinOpportunity, now: Date, context: DealContext): DomainEvent[] {
    mustMove("win", this.stageCategory, "won");
    const pipeline = pipelineOf(context, this.pipelineId);
    const stage = destination("win", this.stageCategory, pipeline, name);
    const columns = { ...amountColumns(amount, context.currency), ...contactColumns({ contactId }, this) };
    mustBeWinnable(
      amount !== undefined || this.amountMinor !== null,
      contactId !== undefined || this.contacts.length > 0,
    );
    const from = this.stage;
    this.stand(pipeline, stage, now);
    assign(this, { ...columns, closedAt: closedAt ?? now, closedOwnerId: this.ownerId });
    return [event("sales.opportunity.won", this, now, { from })];
  }

  lose({ reason, closedAt, stage: name }: LoseOpportunity, now: Date, context: DealContext): DomainEvent[] {
    mustMove("lose", this.stageCategory, "lost");
    const pipeline = pipelineOf(context, this.pipelineId);
    const stage = destination("lose", this.stageCategory, pipeline, name);
    const from = this.stage;
    this.stand(pipeline, stage, now);
    assign(this, { closedAt: closedAt ?? now, closedOwnerId: this.ownerId, lostReason: reason });
    return [event("sales.opportunity.lost", this, now, { from, reason })];
  }

  /** @param closedFrom the stage in which it stood before it was closed; null where that is not known */
  reopen(
    { reason, stage: name }: ReopenOpportunity,
    closedFrom: string | null,
    now: Date,
    context: DealContext,
  ): DomainEvent[] {
    mustMove("reopen", this.stageCategory, "open");
    const pipeline = pipelineOf(context, this.pipelineId);
    const before = pipeline.stages.find((stage) => stage.name === closedFrom && stage.category === "open");
    const stage = destination("reopen", this.stageCategory, pipeline, name ?? before?.name);
    const from = this.stage;
    this.stand(pipeline, stage, now);
    assign(this, { closedAt: null, closedOwnerId: null, lostReason: null });
    return [event("sales.opportunity.reopened", this, now, { from, reason })];
  }

  /** May be born in any stage and put into any: history happened as it happened. */
  imported(data: Partial<ImportOpportunity>, now: Date, context: DealContext): DomainEvent[] {
    const isNew = this.version === 0;
    if (isNew && data.name === undefined) throw required("name");
    if (isNew) this.begin();
    const { stage: _stage, pipelineId: _pipelineId, closedAt, lostReason, ...rest } = data;
    const { pipeline, stage } = this.importedStage(data, context);
    const isClosed = CLOSED.includes(stage.category);
    mustFitStage(stage, data, data.createdAt);
    const owner = rest.ownerId === undefined ? this.ownerId : rest.ownerId;
    const end = isClosed
      ? {
          closedAt,
          lostReason: stage.category === "lost" ? lostReason : null,
          closedOwnerId: this.closedOwnerId ?? owner,
        }
      : { closedAt: null, lostReason: null, closedOwnerId: null };
    const from = isNew ? stage.name : this.stage;
    const isMoved = isNew || stage.name !== this.stage || pipeline.id !== this.pipelineId;
    const isChanged = this.set(isClosed ? { ...rest, probability: undefined } : rest, context);
    if (isMoved) this.stand(pipeline, stage, (isClosed && closedAt) || (isNew ? this.createdAt : now));
    if (!assign(this, end) && !isChanged && !isMoved) return [];
    if (isNew) return [event("sales.opportunity.created", this, now), ...this.endFact(from, now)];
    if (!isMoved) return [event("sales.opportunity.updated", this, now)];
    return isClosed ? this.endFact(from, now) : [event("sales.opportunity.stage-changed", this, now, { from })];
  }

  handOver(holder: Holder, now: Date): DomainEvent[] {
    const from = this.ownerId;
    return assign(this, holder) ? [event("sales.opportunity.owner-changed", this, now, { from })] : [];
  }

  share(collaborators: Collaborator[], now: Date): DomainEvent[] {
    return assign(this, { collaborators }) ? [event("sales.opportunity.updated", this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("sales.opportunity.deleted", this, now)];
  }

  override mustStand(pipelines: readonly DealPipeline[]): void {
    const pipeline = pipelines.find(({ id }) => id === this.pipelineId);
    if (pipeline?.stages.some(({ name, category }) => name === this.stage && category === this.stageCategory)) return;
    throw new Conflict("opportunity.stage-gone", "The stage in which it stood before is gone.");
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("sales.opportunity.restored", this, now)];
  }

  private begin(): void {
    Object.assign(this, { contacts: [], probabilityGiven: false });
  }

  /** Puts it into a stage. The probability follows, unless someone gave his own for a deal that is still open. */
  private stand(pipeline: DealPipeline, stage: Stage, since: Date): void {
    const isKept = this.probabilityGiven && !CLOSED.includes(stage.category);
    assign(this, {
      pipelineId: pipeline.id,
      stage: stage.name,
      stageCategory: stage.category,
      stageSince: since,
      probability: isKept ? this.probability : stage.probability,
      probabilityGiven: isKept,
    });
  }

  /** Everything but stage and closing. What does not fit is refused before anything is set. */
  private set(
    { amount, contacts, contactId, probability, ...patch }: Partial<ImportOpportunity>,
    context: DealContext,
  ): boolean {
    const columns = { ...amountColumns(amount, context.currency), ...contactColumns({ contacts, contactId }, this) };
    return assign(this, { ...patch, ...columns, ...this.probabilityColumns(probability, context) });
  }

  private probabilityColumns(given: number | null | undefined, { pipelines }: DealContext) {
    if (given === undefined) return {};
    if (given !== null) return { probability: given, probabilityGiven: true };
    const stages = pipelines.find(({ id }) => id === this.pipelineId)?.stages;
    const stage = stages?.find(({ name }) => name === this.stage);
    return { probability: stage?.probability, probabilityGiven: false };
  }

  private importedStage({ pipelineId, stage }: Partial<ImportOpportunity>, context: DealContext) {
    const pipeline = pipelineOf(context, pipelineId ?? this.pipelineId);
    const name = stage ?? (this.version === 0 ? undefined : this.stage);
    return { pipeline, stage: name === undefined ? firstOf(pipeline, "open") : stageNamed(pipeline, name) };
  }

  private mustNotBeClosed(): void {
    if (!CLOSED.includes(this.stageCategory)) return;
    throw new Conflict("opportunity.closed", "A closed opportunity is read-only.", { allowed: ["reopen"] });
  }

  private endFact(from: string, now: Date): DomainEvent[] {
    if (this.stageCategory === "won") return [event("sales.opportunity.won", this, now, { from })];
    if (this.stageCategory !== "lost") return [];
    return [event("sales.opportunity.lost", this, now, { from, reason: this.lostReason })];
  }
}

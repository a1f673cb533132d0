import type { RequestContext } from "@kehu/auth";
import { NotFound } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { mustSet, RecordService, References, Writing, type Decide } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { moveContext } from "./deal-context.ts";
import { OPPORTUNITIES } from "./opportunities.resource.ts";
import type { LoseOpportunity, MoveOpportunity, ReopenOpportunity, WinOpportunity } from "./opportunity.dto.ts";
import type { DealFromLead, LeadOrigin, Opportunity } from "./opportunity.entity.ts";

const LEFT_LAST = `
  SELECT before #>> '{}' AS stage FROM history WHERE record_id = $1 AND field = 'stage' ORDER BY seq DESC LIMIT 1`;

@Injectable()
export class OpportunitiesService extends RecordService<Opportunity> {
  constructor(
    writing: Writing,
    private readonly references: References,
  ) {
    super(OPPORTUNITIES, writing);
  }

  moveTo(id: string, body: MoveOpportunity, who: RequestContext) {
    mustSet(OPPORTUNITIES, body, who);
    return this.change(id, who, async (deal, tx) => deal.moveTo(body, this.now(), await moveContext(tx, body)));
  }

  async win(id: string, body: WinOpportunity, who: RequestContext) {
    mustSet(OPPORTUNITIES, { ...body, stage: "won" }, who);
    await this.references.arrive(OPPORTUNITIES, [body], who);
    return this.change(id, who, async (deal, tx) => {
      const resolved = await this.references.resolve(tx, OPPORTUNITIES, body, who);
      return deal.win(resolved, this.now(), await moveContext(tx, body));
    });
  }

  lose(id: string, body: LoseOpportunity, who: RequestContext) {
    const { reason, closedAt } = body;
    mustSet(OPPORTUNITIES, { stage: "lost", lostReason: reason, closedAt }, who);
    return this.change(id, who, async (deal, tx) => deal.lose(body, this.now(), await moveContext(tx, body)));
  }

  reopen(id: string, body: ReopenOpportunity, who: RequestContext) {
    mustSet(OPPORTUNITIES, { stage: "reopened" }, who);
    return this.change(id, who, async (deal, tx) => {
      const [left] = await tx.query<{ stage: string }>(LEFT_LAST, [id]);
      return deal.reopen(body, left?.stage ?? null, this.now(), await moveContext(tx, body));
    });
  }

  /** Opens the opportunity of a lead that is being converted. @returns its id */
  async openFromLead(tx: Tx, data: DealFromLead, who: RequestContext): Promise<string> {
    const [deal] = await this.writing.records.add(tx, OPPORTUNITIES, [data], who);
    return deal!.id;
  }

  /** Joins a lead that is being converted to an opportunity that is there; the caller must be able to change it. */
  async joinLead(tx: Tx, id: string, origin: LeadOrigin, who: RequestContext): Promise<string> {
    const writer = { ...who, permission: "sales.opportunity.write" };
    const [found] = await this.writing.records.lock(tx, OPPORTUNITIES, [id], writer);
    if (!found?.writable || found.record.deletedAt) throw new NotFound();
    const { record } = found;
    const change = { record, before: record.state(), events: record.joinLead(origin, this.now()) };
    if (change.events.length) await this.writing.records.store(tx, OPPORTUNITIES, [change], who);
    return id;
  }

  private change(id: string, who: RequestContext, decide: Decide<Opportunity>) {
    return this.writing.records.change(OPPORTUNITIES, id, who, decide);
  }

  private now(): Date {
    return this.writing.clock.now();
  }
}

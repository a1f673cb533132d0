import type { RequestContext } from "@kehu/auth";
import type { Queryable, Tx } from "@kehu/database";
import { Database } from "@kehu/database";
import { RecordQueries, References, WriteReply, Writing, type Holding } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { v7 as uuidv7 } from "uuid";
import { USERS } from "../users/users.resource.ts";
import { mustKnow, mustNameOne, mustTakeOver, TARGETS } from "./handover-target.ts";
import type { HandOverRequest } from "./handover.dto.ts";
import { HoldingsService } from "./holdings.service.ts";

/** A handover as it was asked for. */
export interface HandoverView {
  id: string;
  userId: string;
  toUserId: string | null;
  toTeamId: string | null;
  /** Null: everything. */
  resources: string[] | null;
  requestedBy: string;
  requestedAt: Date;
}

/** What a handover would move now. */
export interface HandoverPreview {
  userId: string;
  toUserId: string | null;
  toTeamId: string | null;
  services: {
    service: string;
    /** `unknown`: it does not answer now, so nobody knows how much it has of his. */
    status: "known" | "unknown";
    /** Deleted records do not count: they stay his. */
    resources: Holding[];
  }[];
}

type Target = Pick<HandoverView, "toUserId" | "toTeamId">;

const INSERT = `
  INSERT INTO handover (id, user_id, to_user_id, to_team_id, resources, requested_by, requested_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/** Hands over what a user owns: an event says so, and each service moves its own records when it arrives. */
@Injectable()
export class HandoversService {
  constructor(
    private readonly writing: Writing,
    private readonly database: Database,
    private readonly queries: RecordQueries,
    private readonly references: References,
    private readonly holdings: HoldingsService,
  ) {}

  /**
   * @throws NotFound for a user who is not there
   * @throws RuleViolation naming `toUserId`, `toTeamId` or the resource
   */
  async preview(userId: string, request: HandOverRequest, who: RequestContext): Promise<WriteReply<HandoverPreview>> {
    const resources = this.wanted(request);
    await this.queries.get(USERS, userId, who);
    const target = await this.target(this.database, userId, request, who);
    const asked = await this.holdings.ask<{ resources: Holding[] }>(userId, resources, who);
    const services = asked.map(({ service, answer }) => ({
      service,
      status: answer ? ("known" as const) : ("unknown" as const),
      resources: answer?.resources.filter(({ resource }) => resources?.includes(resource) ?? true) ?? [],
    }));
    return new WriteReply({ userId, ...target, services }, { version: null, location: null, status: 200 });
  }

  /** The same for good. The answer says where to follow it. */
  begin(userId: string, request: HandOverRequest, who: RequestContext): Promise<WriteReply<HandoverView>> {
    const { records, clock } = this.writing;
    const resources = this.wanted(request);
    const id = uuidv7();
    let view: HandoverView;
    const work = records.change(
      USERS,
      userId,
      who,
      async (user, tx: Tx) => {
        const target = await this.target(tx, userId, request, who);
        const now = clock.now();
        view = { id, userId, ...target, resources, requestedBy: who.actorId, requestedAt: now };
        await tx.query(INSERT, [id, userId, target.toUserId, target.toTeamId, resources, who.actorId, now]);
        return user.handOver({ handoverId: id, ...target, resources }, now);
      },
      {
        reply: () => Promise.resolve({ body: view, version: null, location: `/v1/users/${userId}/handovers/${id}` }),
      },
    );
    return work as Promise<WriteReply<HandoverView>>;
  }

  private wanted(request: HandOverRequest): string[] | null {
    mustNameOne(request);
    if (request.resources) mustKnow(request.resources, this.holdings.owned);
    return request.resources ?? null;
  }

  private async target(
    queryable: Queryable,
    userId: string,
    { toUserId, toTeamId }: HandOverRequest,
    who: RequestContext,
  ): Promise<Target> {
    const given = { toUserId, toTeamId };
    const found = (await this.references.resolve(queryable, TARGETS, given, who)) as Partial<Target>;
    const target: Target = { toUserId: found.toUserId ?? null, toTeamId: found.toTeamId ?? null };
    if (target.toUserId) {
      const sql = "SELECT id, status FROM app_user WHERE id = $1";
      const [user] = await queryable.query<{ id: string; status: string }>(sql, [target.toUserId]);
      mustTakeOver(userId, user!);
    }
    return target;
  }
}

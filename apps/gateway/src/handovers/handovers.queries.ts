import type { RequestContext } from "@kehu/auth";
import { NotFound } from "@kehu/contracts";
import { Database } from "@kehu/database";
import type { HandoverProgress, Holding } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { HandoverView } from "./handovers.service.ts";
import { HoldingsService } from "./holdings.service.ts";

/** How far a handover is in one service. */
interface ServiceProgress {
  service: string;
  /** `unknown`: it does not answer now; `waiting`: it has not heard of the handover yet. */
  status: "unknown" | "waiting" | "running" | "done";
  resources: {
    resource: string;
    /** Records that have changed hands. */
    done: number;
    /** Records that could not be written, and are the user's still. */
    failed: number;
    /** What the user owns now: after the end, what was made or given to him since, and what failed. */
    remaining: number;
  }[];
}

interface Answer {
  progress: HandoverProgress[];
  resources: Holding[];
}

const SELECT = `
  SELECT id, user_id AS "userId", to_user_id AS "toUserId", to_team_id AS "toTeamId", resources,
    requested_by AS "requestedBy", requested_at AS "requestedAt" FROM handover WHERE user_id = $1`;

/** What was handed over, also by users who are deleted by now. */
@Injectable()
export class HandoversQueries {
  constructor(
    private readonly database: Database,
    private readonly holdings: HoldingsService,
  ) {}

  /** The newest first, at most 100. @throws NotFound where there is no such user, and never was */
  async of(userId: string): Promise<{ data: HandoverView[] }> {
    const [known, data] = await Promise.all([
      this.database.query("SELECT 1 FROM app_user WHERE id = $1", [userId]),
      this.database.query<HandoverView>(`${SELECT} ORDER BY requested_at DESC, id LIMIT 100`, [userId]),
    ]);
    if (known.length === 0) throw new NotFound();
    return { data };
  }

  /** @throws NotFound */
  async get(
    userId: string,
    id: string,
    who: RequestContext,
  ): Promise<HandoverView & { done: boolean; services: ServiceProgress[] }> {
    const [handover] = await this.database.query<HandoverView>(`${SELECT} AND id = $2`, [userId, id]);
    if (!handover) throw new NotFound();
    const { resources } = handover;
    const asked = await this.holdings.ask<Answer>(`${userId}/handovers/${id}`, resources, who);
    const services = asked.map(({ service, answer }) => progressOf(service, answer, resources));
    return { ...handover, done: services.every(({ status }) => status === "done"), services };
  }
}

function progressOf(service: string, answer: Answer | undefined, wanted: readonly string[] | null): ServiceProgress {
  if (!answer) return { service, status: "unknown", resources: [] };
  const { progress } = answer;
  const resources = answer.resources
    .filter(({ resource }) => wanted?.includes(resource) ?? true)
    .map(({ resource, owned }) => {
      const { done = 0, failed = 0 } = progress.find((one) => one.resource === resource) ?? {};
      return { resource, done, failed, remaining: owned };
    });
  if (progress.length === 0) return { service, status: "waiting", resources };
  return { service, status: progress.every(({ finished }) => finished) ? "done" : "running", resources };
}

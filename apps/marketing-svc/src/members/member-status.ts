import { MEMBER_STATUSES, type CampaignMemberState } from "@kehu/contracts";

export type MemberStatus = CampaignMemberState["status"];

/**
 * How far a campaign came with a person; it only ever rises. What ends the way (failed, bounced, suppressed) can
 * happen at any point of it, and whoever was reached in whatever way may opt out, which is final.
 */
export const RANK: Readonly<Record<MemberStatus, number>> = {
  planned: 0,
  invited: 1,
  sent: 1,
  delivered: 2,
  opened: 3,
  clicked: 4,
  responded: 5,
  converted: 6,
  suppressed: 7,
  bounced: 7,
  failed: 7,
  opted_out: 8,
};

/** @returns the statuses that a member of the status can come to */
export function statusesFrom(status: MemberStatus): MemberStatus[] {
  return MEMBER_STATUSES.filter((next) => RANK[next] > RANK[status]);
}

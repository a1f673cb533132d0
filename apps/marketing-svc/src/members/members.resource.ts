import { MEMBER_STATUSES } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import {
  choice,
  ownedFields,
  id,
  instant,
  reference,
  resource,
  text,
  type Change,
  type Consequence,
} from "@kehu/records";
import { CAMPAIGN } from "../campaigns/campaigns.resource.ts";
import { CONSENTS, withdrawals } from "../consents/consents.resource.ts";
import { CONTACT, LEAD, lockPersons, personsOf } from "../people/people-copies.ts";
import { hardBounces, SUPPRESSIONS } from "../suppressions/suppressions.resource.ts";
import { CreateMember, ImportMember, UpdateMember } from "./member.dto.ts";
import { CampaignMember } from "./member.entity.ts";

export const MEMBERS = resource<CampaignMember>({
  name: "campaign-members",
  type: "campaignMember",
  concept: "marketing.campaign-member",
  snapshot: "marketing.campaign-member.snapshot",
  purged: "marketing.campaign-member.purged",
  updated: "marketing.campaign-member.updated",
  table: "campaign_member",
  entity: CampaignMember,
  permissions: {
    read: "marketing.campaign-member.read",
    write: "marketing.campaign-member.write",
    import: "marketing.campaign-member.import",
    export: "marketing.campaign-member.export",
  },
  fields: ownedFields({
    campaignId: reference("Campaign", "营销活动", CAMPAIGN, { required: true }),
    leadId: reference("Lead", "线索", LEAD),
    contactId: reference("Contact", "联系人", CONTACT),
    personId: id("Person", "人员"),
    name: text("Name", "姓名", { personName: true }),
    status: choice("Status", "状态", MEMBER_STATUSES, { neverNull: true }),
    statusAt: instant("Status since", "状态时间", { neverNull: true }),
  }),
  person: { id: "personId" },
  naming: ({ personId, contactIds, leadIds }, bind) =>
    `SELECT m.id FROM campaign_member m WHERE m.person_id = ${bind(personId)}
     UNION ALL SELECT m.id FROM campaign_member m WHERE m.contact_id = ANY(${bind(contactIds)})
     UNION ALL SELECT m.id FROM campaign_member m WHERE m.lead_id = ANY(${bind(leadIds)})`,
  together: [["status", "statusAt"]],
  keywords: ["name"],
  dto: { create: CreateMember, update: UpdateMember, import: ImportMember },
  context: (tx, items: readonly { leadId?: string | null; contactId?: string | null }[]) =>
    personsOf(
      tx,
      items.flatMap(({ leadId, contactId }) => [leadId ?? [], contactId ?? []].flat()),
    ),
  consequences: ledgerEntries,
});

/** Who opted out takes back his consent, and where mail bounced none is sent; as far as the person is known. */
async function ledgerEntries(tx: Tx, changes: readonly Change[]): Promise<Consequence[]> {
  const news = changes.filter(isNews).map(({ record }) => record as CampaignMember);
  const concerned = news.flatMap(({ personId, ownerId, status, statusAt }) => {
    return personId && (status === "opted_out" || status === "bounced")
      ? { personId, ownerId, status, at: statusAt }
      : [];
  });
  if (concerned.length === 0) return [];
  await lockPersons(
    tx,
    concerned.map(({ personId }) => personId),
  );
  const optedOut = concerned.filter(({ status }) => status === "opted_out");
  const bounced = concerned.filter(({ status }) => status === "bounced");
  const entries = [
    { resource: CONSENTS, items: optedOut.length ? await withdrawals(tx, optedOut) : [] },
    { resource: SUPPRESSIONS, items: bounced.length ? await hardBounces(tx, bounced) : [] },
  ];
  return entries.filter(({ items }) => items.length > 0);
}

/** The status is new, or the person is. */
function isNews({ record, before }: Change): boolean {
  const { status, personId } = record as CampaignMember;
  const was = before as { status: string; personId: string | null } | null;
  return status !== was?.status || personId !== was.personId;
}

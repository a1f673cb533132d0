import { EVENTS, MEMBER_STATUSES } from "@kehu/contracts";
import { statusesFrom, type MemberStatus } from "./member-status.ts";
import { CampaignMember } from "./member.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const LATER = new Date("2026-01-03T03:04:05Z");
const PERSONS = new Map([
  ["lead", "person"],
  ["contact", "person"],
  ["stranger", "other"],
]);

const aMember = (data: Partial<CampaignMember> = {}): CampaignMember =>
  Object.assign(new CampaignMember(), {
    id: "0199c1a0-0000-7000-8000-000000000011",
    version: 1,
    ownerId: null,
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    campaignId: "c",
    leadId: null,
    contactId: null,
    personId: null,
    name: "王",
    status: "planned",
    statusAt: NOW,
    ...data,
  });

describe("CampaignMember", () => {
  it("states what the contract says, and nothing else", () => {
    const { campaignMember } = EVENTS["marketing.campaign-member.created"].example;
    expect(Object.keys(aMember().state()).sort()).toEqual(Object.keys(campaignMember).sort());
  });

  describe("when the campaign comes further with it", () => {
    const ON_THE_WAY: MemberStatus[] = ["delivered", "opened", "clicked", "responded", "converted"];
    const ENDS: MemberStatus[] = ["suppressed", "bounced", "opted_out", "failed"];
    const LEGAL: Record<MemberStatus, MemberStatus[]> = {
      planned: ["invited", "sent", ...ON_THE_WAY, ...ENDS],
      invited: [...ON_THE_WAY, ...ENDS],
      sent: [...ON_THE_WAY, ...ENDS],
      delivered: ["opened", "clicked", "responded", "converted", ...ENDS],
      opened: ["clicked", "responded", "converted", ...ENDS],
      clicked: ["responded", "converted", ...ENDS],
      responded: ["converted", ...ENDS],
      converted: ENDS,
      suppressed: ["opted_out"],
      bounced: ["opted_out"],
      failed: ["opted_out"],
      opted_out: [],
    };
    const pairs = MEMBER_STATUSES.flatMap((from) => MEMBER_STATUSES.map((to) => [from, to] as const));

    it.each(pairs)("from %s to %s: never backwards", (from, to) => {
      const member = aMember({ status: from });
      expect(statusesFrom(from)).toEqual(LEGAL[from]);
      if (from === to) {
        expect(member.reach(to, LATER)).toEqual([]);
      } else if (LEGAL[from].includes(to)) {
        expect(member.reach(to, LATER)).toMatchObject([
          { type: "marketing.campaign-member.status-changed", data: { from } },
        ]);
        expect(member).toMatchObject({ status: to, statusAt: LATER });
      } else {
        const refused = { status: 409, code: "campaign-member.illegal-transition", members: { allowed: LEGAL[from] } };
        expect(() => member.reach(to, LATER)).toThrow(expect.objectContaining(refused));
        expect(member).toMatchObject({ status: from, version: 1 });
      }
    });
  });

  describe("who it is", () => {
    it("follows from the lead or the contact", () => {
      const member = aMember();
      member.update({ leadId: "lead" }, NOW, PERSONS);
      expect(member.personId).toBe("person");
      member.update({ contactId: "contact" }, NOW, new Map([["contact", "person"]]));
      expect(member.personId).toBe("person");
      member.update({ leadId: null, contactId: null }, NOW, new Map());
      expect(member.personId).toBeNull();
    });

    it("cannot be two persons", () => {
      const change = () =>
        aMember({ leadId: "lead", personId: "person" }).update({ contactId: "stranger" }, NOW, PERSONS);
      expect(change).toThrow(expect.objectContaining({ code: "campaign-member.two-persons" }));
    });

    it("cannot be nobody", () => {
      expect(() => aMember().update({ name: null }, NOW, PERSONS)).toThrow(
        expect.objectContaining({ code: "campaign-member.nobody" }),
      );
      expect(aMember({ leadId: "lead", personId: "person" }).update({ name: null }, NOW, PERSONS)).toHaveLength(1);
    });
  });

  describe("when it is imported", () => {
    it("takes any status, and tells only of what differs when it comes again", () => {
      const row = { campaignId: "c", name: "王", status: "opened", statusAt: LATER } as const;
      const member = aMember({ version: 0, name: null });
      expect(member.imported(row, NOW, PERSONS).map(({ type }) => type)).toEqual([
        "marketing.campaign-member.created",
        "marketing.campaign-member.status-changed",
      ]);
      expect(member).toMatchObject({ status: "opened", statusAt: LATER });
      expect(member.imported(row, NOW, PERSONS)).toEqual([]);
      expect(member.imported({ status: "sent" }, NOW, PERSONS)).toMatchObject([{ data: { from: "opened" } }]);
      expect(member).toMatchObject({ status: "sent", statusAt: NOW });
    });
  });
});

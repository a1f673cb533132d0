import { EVENTS, IllegalTransition, LEAD_STATUSES, type DomainEvent } from "@kehu/contracts";
import { NEXT, VERB, type LeadStatus } from "./lead-status.ts";
import { Lead } from "./lead.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const NO_ONE = { accountId: null, contactId: "c", opportunityId: null, account: null, contact: null };

const aLead = (data: Partial<Lead> = {}): Lead =>
  Object.assign(new Lead(), {
    id: "0199c1a0-0000-7000-8000-000000000005",
    version: 1,
    ownerId: null,
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    personId: "0199c1a0-0000-7000-8000-0000000000b1",
    firstName: null,
    lastName: "王",
    company: null,
    email: null,
    phone: null,
    website: null,
    industry: null,
    source: null,
    campaignId: null,
    status: "new",
    unqualifiedReason: null,
    convertedAt: null,
    convertedAccountId: null,
    convertedContactId: null,
    convertedOpportunityId: null,
    ...data,
  });

const GO: Record<LeadStatus, (lead: Lead) => DomainEvent[]> = {
  new: (lead) => lead.recycle(NOW),
  contacted: (lead) => lead.moveTo("contacted", NOW),
  nurturing: (lead) => lead.moveTo("nurturing", NOW),
  qualified: (lead) => lead.moveTo("qualified", NOW),
  unqualified: (lead) => lead.unqualify("no budget", NOW),
  converted: (lead) => lead.convert(NO_ONE, NOW),
};

describe("Lead", () => {
  it("states what the contract says, and nothing else", () => {
    const { lead } = EVENTS["sales.lead.created"].example;
    expect(Object.keys(aLead().state()).sort()).toEqual(Object.keys(lead).sort());
  });

  const PAIRS = LEAD_STATUSES.flatMap((from) => LEAD_STATUSES.map((to) => [from, to] as const));
  it.each(PAIRS)("goes from %s to %s exactly where the table says so", (from, to) => {
    const lead = aLead({ status: from });
    if (NEXT[from].includes(to)) {
      expect(GO[to](lead)).toHaveLength(1);
      expect(lead).toMatchObject({ status: to, version: 2 });
      return;
    }
    const allowed = NEXT[from].map((status) => VERB[status]);
    expect(() => GO[to](lead)).toThrow(expect.objectContaining({ status: 409, members: { allowed } }));
    expect(() => GO[to](lead)).toThrow(IllegalTransition);
    expect(lead).toMatchObject({ status: from, version: 1 });
  });

  it("follows the state machine of the specification", () => {
    expect(NEXT).toEqual({
      new: ["contacted", "nurturing", "unqualified", "converted"],
      contacted: ["nurturing", "qualified", "unqualified", "converted"],
      nurturing: ["contacted", "converted"],
      qualified: ["nurturing", "unqualified", "converted"],
      unqualified: ["new"],
      converted: [],
    });
  });

  describe("when it is born", () => {
    it("gets a person of its own, whom a conversion keeps", () => {
      const [one, other] = [aLead({ version: 0 }), aLead({ version: 0 })];
      for (const lead of [one, other]) lead.open({ lastName: "王" }, NOW, "US");
      expect(one.personId).not.toBe(other.personId);
      const { personId } = one;
      one.convert(NO_ONE, NOW);
      expect(one.personId).toBe(personId);
    });

    it("reads a phone number as one of the company's country", () => {
      const lead = aLead({ version: 0 });
      lead.open({ lastName: "王", phone: "138 0013 8000" }, NOW, "CN");
      expect(lead.phone).toBe("+8613800138000");
    });
  });

  describe("when it is imported", () => {
    it("reports nothing when everything is as before", () => {
      const lead = aLead({ status: "unqualified", unqualifiedReason: "junk", email: "a@b.example" });
      const data = { status: "unqualified", unqualifiedReason: "junk", email: "A@b.example" } as const;
      expect(lead.imported(data, NOW, "US")).toEqual([]);
    });

    it("forgets the reason when the status is another", () => {
      const lead = aLead({ status: "unqualified", unqualifiedReason: "junk" });
      expect(lead.imported({ status: "contacted" }, NOW, "US")).toMatchObject([{ type: "sales.lead.status-changed" }]);
      expect(lead.unqualifiedReason).toBeNull();
    });

    it("reports one fact of a lead at version 1 that changes its status", () => {
      expect(aLead().imported({ status: "qualified", company: "Huaxing" }, NOW, "US")).toMatchObject([
        { type: "sales.lead.status-changed", version: 2, data: { from: "new" } },
      ]);
    });
  });
});

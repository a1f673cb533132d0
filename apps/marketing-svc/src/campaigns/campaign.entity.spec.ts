import { CAMPAIGN_STATUSES, EVENTS } from "@kehu/contracts";
import { MOVES, verbsFrom, type CampaignStatus, type CampaignVerb } from "./campaign-status.ts";
import { Campaign, type Surroundings } from "./campaign.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const AROUND: Surroundings = { currency: "USD", lineage: new Map() };

const aCampaign = (data: Partial<Campaign> = {}): Campaign =>
  Object.assign(new Campaign(), {
    id: "0199c1a0-0000-7000-8000-000000000010",
    version: 1,
    ownerId: null,
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    name: "春季",
    type: null,
    status: "draft",
    goal: null,
    startsOn: null,
    endsOn: null,
    budgetMinor: null,
    budgetCurrency: null,
    costMinor: null,
    costCurrency: null,
    expectedRevenueMinor: null,
    expectedRevenueCurrency: null,
    parentId: null,
    ...data,
  });

describe("Campaign", () => {
  it("states what the contract says, and nothing else", () => {
    const { campaign } = EVENTS["marketing.campaign.created"].example;
    expect(Object.keys(aCampaign().state()).sort()).toEqual(Object.keys(campaign).sort());
  });

  describe("when it moves", () => {
    const legal = (status: CampaignStatus): CampaignVerb[] => {
      switch (status) {
        case "draft":
          return ["schedule", "cancel"];
        case "scheduled":
          return ["launch", "cancel"];
        case "running":
          return ["pause", "finish"];
        case "paused":
          return ["resume", "finish", "cancel"];
        case null:
          return ["schedule", "launch", "finish", "cancel"];
        default:
          return [];
      }
    };
    const statuses: readonly CampaignStatus[] = [...CAMPAIGN_STATUSES, null];
    const pairs = statuses.flatMap((status) =>
      (Object.keys(MOVES) as CampaignVerb[]).map((verb) => [status, verb] as const),
    );

    it.each(pairs)("from %s by %s: only as the table says", (status, verb) => {
      const campaign = aCampaign({ status });
      expect(verbsFrom(status)).toEqual(legal(status));
      if (legal(status).includes(verb)) {
        expect(campaign.move(verb, NOW)).toMatchObject([{ type: MOVES[verb].fact, data: { from: status } }]);
        expect(campaign.status).toBe(MOVES[verb].to);
      } else {
        const refused = { status: 409, code: "campaign.illegal-transition", members: { allowed: legal(status) } };
        expect(() => campaign.move(verb, NOW)).toThrow(expect.objectContaining(refused));
        expect(campaign).toMatchObject({ status, version: 1 });
      }
    });
  });

  describe("when something changes", () => {
    it("keeps money in the company’s currency, and empties it", () => {
      const campaign = aCampaign();
      campaign.update({ budget: { amount: "115000.5", currency: "USD" } }, NOW, AROUND);
      expect(campaign).toMatchObject({ budgetMinor: 11500050n, state: expect.any(Function) });
      expect(campaign.state().budget).toEqual({ amount: "115000.50", currency: "USD" });
      expect(campaign.update({ budget: { amount: "115000.50", currency: "USD" } }, NOW, AROUND)).toEqual([]);
      campaign.update({ budget: null }, NOW, AROUND);
      expect(campaign.state().budget).toBeNull();
    });

    it("refuses another currency", () => {
      const change = () => aCampaign().update({ cost: { amount: "1.00", currency: "EUR" } }, NOW, AROUND);
      expect(change).toThrow(expect.objectContaining({ status: 422, code: "currency.no-rate" }));
    });

    it.each([
      [{ startsOn: "2026-03-02", endsOn: "2026-03-01" }, {}],
      [{ endsOn: "2026-03-01" }, { startsOn: "2026-03-02" }],
      [{ startsOn: "2026-03-02" }, { endsOn: "2026-03-01" }],
    ])("refuses that %j comes to %j: it would end before it starts", (patch, before) => {
      const change = () => aCampaign(before).update(patch, NOW, AROUND);
      expect(change).toThrow(expect.objectContaining({ code: "campaign.ends-before-start" }));
    });

    it("may last one day", () => {
      expect(aCampaign().update({ startsOn: "2026-03-01", endsOn: "2026-03-01" }, NOW, AROUND)).toHaveLength(1);
    });

    it("does not stand below itself", () => {
      const campaign = aCampaign();
      const lineage = new Map([["p", campaign.id]]);
      const change = () => campaign.update({ parentId: "p" }, NOW, { ...AROUND, lineage });
      expect(change).toThrow(expect.objectContaining({ code: "campaign.parent-circle" }));
    });
  });

  describe("when it is imported", () => {
    const born = (data: object) =>
      aCampaign({ version: 0, status: null })
        .imported({ name: "x", ...data }, NOW, AROUND)
        .map(({ type, data: { from } }) => [type, from]);
    const CREATED = ["marketing.campaign.created", undefined];

    it.each([
      [{}, []],
      [{ status: "draft" }, []],
      [{ status: null }, []],
      [{ status: "running" }, [["marketing.campaign.launched", "draft"]]],
      [{ status: "paused" }, [["marketing.campaign.paused", "draft"]]],
      [{ status: "finished" }, [["marketing.campaign.finished", "draft"]]],
    ])("as %j makes created and %j", (data, facts) => {
      expect(born(data)).toEqual([CREATED, ...facts]);
    });

    it("changes nothing when it comes again, and tells of a status that became known", () => {
      const row = { name: "x", status: null, budget: { amount: "5.00", currency: "USD" } };
      const campaign = aCampaign({ version: 0 });
      campaign.imported(row, NOW, AROUND);
      expect(campaign.status).toBeNull();
      expect(campaign.imported(row, NOW, AROUND)).toEqual([]);
      expect(campaign.imported({ ...row, status: "running" }, NOW, AROUND)).toMatchObject([
        { type: "marketing.campaign.launched", data: { from: null } },
      ]);
    });
  });
});

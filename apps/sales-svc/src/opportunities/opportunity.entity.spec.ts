import { EVENTS, Problem, STAGE_CATEGORIES, type DomainEvent, type Stage } from "@kehu/contracts";
import fc from "fast-check";
import { MOVES, movesFrom, type DealContext, type Move, type StageCategory } from "./opportunity-moves.ts";
import { Opportunity } from "./opportunity.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const PIPELINE = "0199c1a0-0000-7000-8000-000000000006";
const stage = (name: string, category: StageCategory, probability: number): Stage => ({
  id: name,
  name,
  category,
  probability,
});
const STAGES = [
  stage("Start", "open", 10),
  stage("Proposal", "open", 50),
  stage("Waiting", "on_hold", 20),
  stage("Won", "won", 100),
  stage("Lost", "lost", 0),
];
const CONTEXT: DealContext = { pipelines: [{ id: PIPELINE, isDefault: true, stages: STAGES }], currency: "USD" };
const IN: Record<StageCategory, string> = { open: "Start", on_hold: "Waiting", won: "Won", lost: "Lost" };
const AMOUNT = { amount: "100.00", currency: "USD" };

/** As `Rows.blank` makes it. */
const blank = (): Opportunity =>
  Object.assign(new Opportunity(), {
    id: "0199c1a0-0000-7000-8000-000000000007",
    version: 0,
    ownerId: "owner",
    teamId: null,
    collaborators: [],
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    ...Object.fromEntries(
      [
        "name",
        "accountId",
        "contactId",
        "leadId",
        "campaignId",
        "amountMinor",
        "amountCurrency",
        "baseAmountMinor",
        "baseAmountCurrency",
        "expectedCloseOn",
        "closedAt",
        "closedOwnerId",
        "lostReason",
        "type",
        "source",
        "nextStep",
      ].map((name) => [name, null]),
    ),
    contacts: null,
    pipelineId: null,
    stage: null,
    stageCategory: null,
    stageSince: null,
    probability: null,
    probabilityGiven: null,
  });

const aDeal = (category: StageCategory = "open", data: object = {}): Opportunity => {
  const deal = blank();
  deal.imported({ name: "CRM", contactId: "c", amount: AMOUNT, stage: IN[category], ...data }, NOW, CONTEXT);
  return deal;
};

const GO: Record<Move, (deal: Opportunity) => DomainEvent[]> = {
  stage: (deal) => deal.moveTo({ stage: "Proposal" }, NOW, CONTEXT),
  win: (deal) => deal.win({}, NOW, CONTEXT),
  lose: (deal) => deal.lose({ reason: "price" }, NOW, CONTEXT),
  reopen: (deal) => deal.reopen({ reason: "budget" }, null, NOW, CONTEXT),
};

describe("Opportunity", () => {
  it("states what the contract says, and nothing else", () => {
    const { opportunity } = EVENTS["sales.opportunity.created"].example;
    expect(Object.keys(aDeal().state()).sort()).toEqual(Object.keys(opportunity).sort());
  });

  const PAIRS = STAGE_CATEGORIES.flatMap((from) => (Object.keys(MOVES) as Move[]).map((move) => [from, move] as const));
  it.each(PAIRS)("that is %s takes the verb %s exactly where the table says so", (from, move) => {
    const deal = aDeal(from);
    const { version } = deal;
    if (MOVES[move].from.includes(from)) {
      expect(GO[move](deal)).toHaveLength(1);
      expect(MOVES[move].to).toContain(deal.stageCategory);
      return;
    }
    expect(() => GO[move](deal)).toThrow(
      expect.objectContaining({ status: 409, members: { allowed: movesFrom(from) } }),
    );
    expect(deal).toMatchObject({ stageCategory: from, version });
  });

  it("follows the graph of the specification", () => {
    expect(Object.fromEntries(STAGE_CATEGORIES.map((category) => [category, movesFrom(category)]))).toEqual({
      open: ["stage", "win", "lose"],
      on_hold: ["stage", "lose"],
      won: ["reopen"],
      lost: ["reopen"],
    });
  });

  describe("when its contacts change", () => {
    const contacts = [
      { contactId: "a", role: null },
      { contactId: "b", role: "decides" },
    ];
    it.each([
      [{ contacts }, "c", "a", ["a", "b"]],
      [{ contacts: [...contacts, { contactId: "c" }] }, "c", "c", ["a", "b", "c"]],
      [{ contactId: "d" }, "c", "d", ["d", "c"]],
      [{ contactId: "b", contacts }, "c", "b", ["a", "b"]],
      [{ contacts: [] }, "c", null, []],
      [{ contactId: null }, "c", null, ["c"]],
      [{ contacts: [...contacts, ...contacts] }, "c", "a", ["a", "b"]],
    ])("takes %j", (patch, before, primary, all) => {
      const deal = aDeal("open", { contactId: before });
      deal.update(patch, NOW, CONTEXT);
      expect([deal.contactId, deal.contacts.map(({ contactId }) => contactId)]).toEqual([primary, all]);
    });
  });

  describe("when it is imported", () => {
    it("is unchanged by the same once more", () => {
      for (const category of STAGE_CATEGORIES) {
        const isClosed = category === "won" || category === "lost";
        const data = {
          stage: IN[category],
          probability: 7,
          amount: AMOUNT,
          closedAt: isClosed ? NOW : null,
          ...(category === "lost" && { lostReason: "price" }),
        };
        const deal = aDeal(category, data);
        expect([category, deal.imported(data, NOW, CONTEXT)]).toEqual([category, []]);
      }
    });

    it("sets nothing when something does not fit", () => {
      const deal = aDeal();
      const before = deal.state();
      expect(() =>
        deal.imported({ name: "Other", stage: "Won", amount: { amount: "1.00", currency: "EUR" } }, NOW, CONTEXT),
      ).toThrow();
      expect(() => deal.imported({ name: "Other", stage: "Nowhere" }, NOW, CONTEXT)).toThrow();
      expect(deal.state()).toEqual(before);
    });

    it("keeps who owned it when it was closed", () => {
      const deal = aDeal("won");
      deal.handOver({ ownerId: "other", teamId: null }, NOW);
      deal.imported({ stage: "Won", ownerId: "other" }, NOW, CONTEXT);
      expect(deal.closedOwnerId).toBe("owner");
    });
  });

  it("keeps its invariants through any sequence of verbs", () => {
    const stageName = fc.constantFrom(...STAGES.map(({ name }) => name));
    const money = fc.option(fc.constantFrom(AMOUNT, { amount: "0.00", currency: "USD" }), { nil: undefined });
    const verb = fc.oneof(
      stageName.map((name) => (deal: Opportunity) => deal.moveTo({ stage: name }, NOW, CONTEXT)),
      fc
        .record({ amount: money, contactId: fc.option(fc.constant("c"), { nil: undefined }) })
        .map((body) => (deal: Opportunity) => deal.win(body, NOW, CONTEXT)),
      fc.constant((deal: Opportunity) => deal.lose({ reason: "price" }, NOW, CONTEXT)),
      fc
        .option(stageName, { nil: undefined })
        .map((name) => (deal: Opportunity) => deal.reopen({ reason: "x", stage: name }, "Proposal", NOW, CONTEXT)),
      fc
        .record({
          amount: fc.option(money, { nil: null }),
          probability: fc.option(fc.integer({ min: 0, max: 100 })),
          contacts: fc.constantFrom<{ contactId: string }[]>([], [{ contactId: "d" }]),
        })
        .map((patch) => (deal: Opportunity) => deal.update(patch, NOW, CONTEXT)),
      fc
        .record({ stage: stageName })
        .map(
          (data) => (deal: Opportunity) => deal.joinLead({ leadId: data.stage, accountId: "a", contactId: "e" }, NOW),
        ),
    );
    fc.assert(
      fc.property(fc.array(verb, { maxLength: 30 }), (verbs) => {
        const deal = blank();
        deal.open({ name: "CRM", accountId: "a" }, NOW, CONTEXT);
        for (const act of verbs) {
          const before = { version: deal.version, state: deal.state() };
          const events = outcomeOf(() => act(deal));
          if (events) expect([events.length <= 1, deal.version]).toEqual([true, before.version + events.length]);
          else expect({ version: deal.version, state: deal.state() }).toEqual(before);
          mustBeSound(deal);
        }
      }),
    );
  });
});

/** The events of a verb; null where a rule refused it. */
function outcomeOf(act: () => DomainEvent[]): DomainEvent[] | null {
  try {
    return act();
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

function mustBeSound(deal: Opportunity): void {
  const isClosed = deal.stageCategory === "won" || deal.stageCategory === "lost";
  const now = STAGES.find(({ name }) => name === deal.stage)!;
  expect(now.category).toBe(deal.stageCategory);
  expect(deal.closedAt !== null).toBe(isClosed);
  expect(deal.closedOwnerId !== null).toBe(isClosed);
  expect(deal.lostReason !== null).toBe(deal.stageCategory === "lost");
  if (deal.stageCategory === "won") expect([deal.amountMinor !== null, deal.contacts.length > 0]).toEqual([true, true]);
  if (!deal.probabilityGiven || isClosed) expect(deal.probability).toBe(now.probability);
  expect([deal.baseAmountMinor, deal.baseAmountCurrency]).toEqual([deal.amountMinor, deal.amountCurrency]);
  if (deal.contactId !== null) expect(deal.contacts.map(({ contactId }) => contactId)).toContain(deal.contactId);
}

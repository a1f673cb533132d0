import { EVENTS } from "@kehu/contracts";
import { Interaction } from "./interaction.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const EARLIER = new Date("2026-01-02T02:00:00Z");
const ACCOUNT = { type: "account", id: "0199c1a0-0000-7000-8000-000000000001" } as const;

const anInteraction = (data: Partial<Interaction> = {}): Interaction =>
  Object.assign(new Interaction(), {
    id: "0199c1a0-0000-7000-8000-000000000003",
    version: 1,
    ownerId: null,
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    kind: "call",
    direction: null,
    subject: null,
    body: null,
    occurredAt: NOW,
    endedAt: null,
    durationSeconds: null,
    purpose: null,
    outcome: null,
    links: [],
    externalLinks: [],
    ...data,
  });

describe("Interaction", () => {
  it("states what the contract says, and nothing else", () => {
    const { interaction } = EVENTS["customer.interaction.created"].example;
    expect(Object.keys(anInteraction().state()).sort()).toEqual(Object.keys(interaction).sort());
  });

  it("counts a link that is given twice once", () => {
    const interaction = anInteraction({ version: 0 });
    interaction.open({ kind: "note", occurredAt: NOW, links: [ACCOUNT, { ...ACCOUNT }] }, NOW);
    expect(interaction.links).toEqual([ACCOUNT]);
  });

  it.each([{ endedAt: EARLIER }, { occurredAt: NOW, endedAt: EARLIER }])(
    "refuses to end before it begins: %j",
    (patch) => {
      const interaction = anInteraction();
      const refusal = expect.objectContaining({ code: "interaction.ends-before-start" }) as Error;
      expect(() => interaction.update({ subject: "x", ...patch }, NOW)).toThrow(refusal);
      expect(interaction.subject).toBeNull();
    },
  );

  it("refuses to begin after it has ended", () => {
    const interaction = anInteraction({ occurredAt: EARLIER, endedAt: EARLIER });
    expect(() => interaction.update({ occurredAt: NOW }, NOW)).toThrow();
    expect(interaction.update({ occurredAt: NOW, endedAt: null }, NOW)).toHaveLength(1);
  });

  describe("when it is imported", () => {
    it("asks for a kind when it is new", () => {
      const fresh = anInteraction({ version: 0 });
      expect(() => fresh.imported({ occurredAt: NOW }, NOW)).toThrow(
        expect.objectContaining({ code: "request.invalid" }),
      );
    });

    it.each([
      [{ endedAt: EARLIER, createdAt: NOW }, EARLIER],
      [{ createdAt: EARLIER }, EARLIER],
      [{}, NOW],
    ])("without a time of its own, given %j, happened at %j, also when it comes again", (data, occurredAt) => {
      const fresh = anInteraction({ version: 0 });
      fresh.imported({ kind: "call", ...data }, NOW);
      expect(fresh.occurredAt).toEqual(occurredAt);
      expect(fresh.imported({ kind: "call", ...data }, NOW)).toEqual([]);
    });

    it("keeps what it is about in the other system", () => {
      const externalLinks = [{ type: "opportunity" as const, system: "zoho", id: "23458" }];
      const fresh = anInteraction({ version: 0 });
      fresh.imported({ kind: "call", externalLinks }, NOW);
      expect(fresh.state().externalLinks).toEqual(externalLinks);
      expect(fresh.imported({ externalLinks }, NOW)).toEqual([]);
    });

    it("reports nothing when it comes again", () => {
      const data = {
        kind: "call" as const,
        occurredAt: new Date(NOW),
        links: [{ ...ACCOUNT }],
        createdAt: new Date(NOW),
      };
      const links = [{ id: ACCOUNT.id, type: ACCOUNT.type }];
      expect(anInteraction({ links }).imported(data, NOW)).toEqual([]);
    });
  });
});

import { CONSENT_STATES, EVENTS } from "@kehu/contracts";
import { NEXT, type Consented } from "./consent-state.ts";
import { Consent, keyOf, type ConsentLedger } from "./consent.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const personId = "0199c1a0-0000-7000-8000-0000000000b1";
const about = { personId, channel: "email" } as const;

const anEntry = (data: Partial<Consent> = {}): Consent =>
  Object.assign(new Consent(), {
    id: "0199c1a0-0000-7000-8000-000000000012",
    version: 0,
    ownerId: null,
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    personId: null,
    channel: null,
    purpose: null,
    decision: null,
    basis: null,
    source: null,
    proof: null,
    decidedAt: null,
    ...data,
  });
const aLedger = (latest?: Consented): ConsentLedger => ({
  knownPersons: new Set([personId]),
  latest: new Map(latest ? [[keyOf(about), latest]] : []),
});

describe("Consent", () => {
  it("states what the contract says, and nothing else", () => {
    const entry = anEntry();
    entry.open({ ...about, state: "granted" }, NOW, aLedger());
    const { consent } = EVENTS["marketing.consent.created"].example;
    expect(Object.keys(entry.state()).sort()).toEqual(Object.keys(consent).sort());
    expect(entry.state()).toMatchObject({
      purpose: "marketing",
      source: "manual",
      state: "granted",
      decidedAt: NOW.toISOString(),
    });
  });

  describe("when an entry is added", () => {
    const LEGAL: Record<Consented | "unknown", Consented[]> = {
      unknown: ["pending", "granted", "withdrawn"],
      pending: ["granted", "withdrawn"],
      granted: ["withdrawn", "expired"],
      withdrawn: ["pending"],
      expired: ["pending", "withdrawn"],
    };
    const pairs = (["unknown", ...CONSENT_STATES] as const).flatMap((from) =>
      CONSENT_STATES.map((to) => [from, to] as const),
    );

    it.each(pairs)("after %s as %s: only as the table says", (from, to) => {
      const ledger = aLedger(from === "unknown" ? undefined : from);
      const add = () => anEntry().open({ ...about, state: to }, NOW, ledger);
      expect(NEXT[from]).toEqual(LEGAL[from]);
      if (LEGAL[from].includes(to)) {
        expect(add()).toMatchObject([{ type: "marketing.consent.created" }]);
        expect(ledger.latest.get(keyOf(about))).toBe(to);
      } else {
        expect(add).toThrow(expect.objectContaining({ status: 409, members: { allowed: LEGAL[from] } }));
      }
    });

    it("must be about a person who is known", () => {
      const add = () => anEntry().open({ ...about, state: "granted" }, NOW, { ...aLedger(), knownPersons: new Set() });
      expect(add).toThrow(expect.objectContaining({ code: "reference.not-yet-known" }));
    });
  });

  it.each(["update", "remove", "restore"] as const)("refuses to %s", (change) => {
    expect(() => anEntry()[change]()).toThrow(expect.objectContaining({ status: 405, code: "ledger.append-only" }));
  });

  describe("when it is imported", () => {
    it.each(["pending", "granted"] as const)("cannot raise consent to %s", (state) => {
      const add = () => anEntry().imported({ ...about, state }, NOW, aLedger());
      expect(add).toThrow(expect.objectContaining({ code: "consent.import-cannot-raise" }));
    });

    it("may come again, but not differ", () => {
      const entry = anEntry();
      const row = { ...about, state: "withdrawn", decidedAt: NOW } as const;
      expect(entry.imported(row, NOW, aLedger())).toHaveLength(1);
      expect(entry.imported({ ...row, decidedAt: new Date(NOW) }, NOW, aLedger("withdrawn"))).toEqual([]);
      const differ = () => entry.imported({ ...row, channel: "sms" }, NOW, aLedger("withdrawn"));
      expect(differ).toThrow(expect.objectContaining({ code: "ledger.append-only" }));
    });
  });
});

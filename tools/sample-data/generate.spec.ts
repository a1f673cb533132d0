import { readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../migrate/acceptance/folder.ts";
import { expectedNumbers } from "./expected.ts";
import { writeFiles } from "./files.ts";
import { generate } from "./generate.ts";

describe("generate", () => {
  it("makes the same for the same seed, and something else for another", () => {
    expect(generate(0.02, 7)).toEqual(generate(0.02, 7));
    expect(generate(0.02, 7).leads).not.toEqual(generate(0.02, 8).leads);
  });

  it("grows with its size, but for the users", () => {
    const [small, large] = [generate(0.1, 1), generate(0.2, 1)];
    expect([small.users.length, large.users.length]).toEqual([11, 11]);
    expect([small.leads.length, large.leads.length, small.calls.length, large.calls.length]).toEqual([
      390, 780, 410, 820,
    ]);
  });

  it("makes people of several languages, and mistakes of every kind", () => {
    const { leads, accounts, potentials, calls } = generate(0.5, 1);
    expect(leads.some(({ lastName }) => /\p{Script=Han}/u.test(lastName))).toBe(true);
    expect(leads.some(({ lastName }) => /^[A-Za-z-]+$/.test(lastName))).toBe(true);
    expect(accounts.some(({ name }) => name.trim() === "")).toBe(true);
    expect(potentials.some(({ amount }) => amount.cents === null)).toBe(true);
    expect(potentials.some(({ amount }) => amount.text.endsWith("K"))).toBe(true);
    expect(potentials.some(({ closing }) => closing.at === null)).toBe(true);
    expect(calls.some(({ owner }) => owner.user === null)).toBe(true);
  });

  it("closes no deal in the future", () => {
    const latest = generate(0.5, 1).potentials.map(({ closing }) => closing.at ?? 0);
    expect(Math.max(...latest)).toBeLessThan(Date.UTC(2026, 5, 1));
  });

  it("foresees numbers that add up", () => {
    const numbers = expectedNumbers(generate(0.3, 5));
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    for (const [rows, created, skipped, failed, warnings] of Object.values(numbers.files)) {
      expect(created + skipped + failed).toBe(rows);
      expect(warnings).toBeLessThanOrEqual(created);
    }
    const deals = Object.values(numbers.opportunitiesByStage);
    expect(sum(deals.map(([count]) => count))).toBe(numbers.openPipeline[0] + numbers.wins[1]);
    expect(sum(Object.values(numbers.wonByMonth))).toBe(numbers.opportunitiesByStage["Closed Won"]?.[1]);
    expect(sum(Object.values(numbers.leadsByStatus))).toBe(numbers.conversion[1]);
  });
});

describe("writeFiles", () => {
  it("writes the eleven files in UTF-8, quoted where it must", async () => {
    const folder = temporaryFolder();
    const dataset = generate(0.02, 1);
    await writeFiles(dataset, folder);
    const potentials = readFileSync(join(folder, "Potentials.csv"), "utf8").trimEnd().split("\n");
    expect(potentials).toHaveLength(dataset.potentials.length + 1);
    expect(potentials[1]).toMatch(/^"[^"]+, \w+",/);
  });
});

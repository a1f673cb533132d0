import { fingerprint } from "./aftermath.ts";
import { auditFaults } from "./audited.ts";
import { cellsOf, nameOf, operationsOf, promisedOperations, withVariants, type Cell } from "./cells.ts";
import { runChanging } from "./changing.ts";
import { People } from "./people.ts";
import { runQuiet } from "./quiet.ts";
import { recipeOf } from "./recipes.ts";
import { System } from "./system.ts";
import { World } from "./world.ts";

const START_MS = 240_000;
const OPERATION_MS = 120_000;
/** Ends all other sessions of who does it, so that it comes last. */
const LAST = "POST /v1/me/password";

const operations = withVariants(promisedOperations());
const known = operations.filter((operation) => recipeOf(operation));
const matrix = known.map((operation) => ({ name: nameOf(operation), operation, ...cellsOf(operation) }));

/** Reading, searching and being refused changes nothing. */
const isQuiet = ({ operation: { method, path }, expected }: Cell) =>
  expected !== "done" || method === "GET" || path.endsWith("/search");

describe("Every operation, for every actor, in every place of a record", () => {
  const began = Date.now();
  let system: System;
  let world: World;
  let before: Record<string, string>;
  let asserted = 0;

  beforeAll(async () => {
    system = await System.start();
    world = await World.plant(system, await People.arrive(system));
    before = await fingerprint(system);
  }, START_MS);
  afterAll(async () => {
    await system.stop();
    const impossible = matrix.flatMap((one) => one.impossible);
    const reasons = new Map<string, number>();
    for (const { why } of impossible) reasons.set(why, (reasons.get(why) ?? 0) + 1);
    const lines = [...reasons].map(([why, count]) => `  ${count} impossible: ${why}`);
    const seconds = Math.round((Date.now() - began) / 1000);
    process.stdout.write(
      [
        `\nMATRIX: ${operations.length} operations, ${asserted} cells asserted, ${world.audited} refusals found in the audit trail, in ${seconds} s`,
        ...lines,
        "",
      ].join("\n"),
    );
  }, START_MS);

  it("are those that the gateway's own document names, and each has a recipe", async () => {
    const { paths } = await system.must("GET", "/openapi.json");
    const served = operationsOf(paths as Record<string, Record<string, unknown>>).map(nameOf);
    expect(served.sort()).toEqual(promisedOperations().map(nameOf));
    expect(operations.filter((operation) => !recipeOf(operation)).map(nameOf)).toEqual([]);
  });

  it.each(matrix)(
    "refuses and shows what the policy says: $name",
    async ({ cells }) => {
      const quiet = cells.filter(isQuiet);
      expect([...(await runQuiet(world, quiet)), ...(await auditFaults(world))]).toEqual([]);
      asserted += quiet.length;
    },
    OPERATION_MS,
  );

  it(
    "has left every table as it was by reading and being refused",
    async () => {
      expect(await fingerprint(system)).toEqual(before);
    },
    OPERATION_MS,
  );

  it.each([...matrix].sort((a, b) => Number(a.name === LAST) - Number(b.name === LAST)))(
    "does what the policy allows: $name",
    async ({ cells }) => {
      const changing = cells.filter((cell) => !isQuiet(cell));
      expect([...(await runChanging(world, changing)), ...(await auditFaults(world))]).toEqual([]);
      asserted += changing.length;
    },
    OPERATION_MS,
  );

  it("has asserted every cell that it does not call impossible", () => {
    expect(asserted).toBe(matrix.reduce((sum, { cells }) => sum + cells.length, 0));
  });
});

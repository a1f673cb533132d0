import { existsSync } from "node:fs";
import { expectedNumbers } from "../../sample-data/expected.ts";
import { writeFiles } from "../../sample-data/files.ts";
import { generate } from "../../sample-data/generate.ts";
import { ZOHO } from "../zoho/mapping.ts";
import { EXPORT_NUMBERS } from "./export-numbers.ts";
import { EXPORT_FOLDER, temporaryFolder } from "./folder.ts";
import type { Numbers } from "./numbers.ts";
import { countsOf, rehearse } from "./rehearsal.ts";

const countsByFile = async (folder: string): Promise<Numbers["files"]> => {
  const { reports } = await rehearse(ZOHO, folder);
  return Object.fromEntries(reports.map((report) => [report.file.replace(".csv", ""), countsOf(report)]));
};

if (existsSync(EXPORT_FOLDER)) {
  describe("the mapping of Zoho CRM, over the real export", () => {
    it("gives each row its outcome, file by file", async () => {
      expect(await countsByFile(EXPORT_FOLDER)).toEqual(EXPORT_NUMBERS.files);
    }, 120_000);
  });
} else {
  console.warn(
    `NOT RUN: the mapping over the real export, as there is no ${EXPORT_FOLDER}; its twin on generated data runs.`,
  );
}

describe("the mapping of Zoho CRM, over generated data", () => {
  it.each([
    [0.02, 1],
    [0.1, 2],
    [0.4, 3],
  ])("of size %j and seed %i, gives the outcomes that the generator foresees", async (size, seed) => {
    const folder = temporaryFolder();
    const dataset = generate(size, seed);
    await writeFiles(dataset, folder);
    expect(await countsByFile(folder)).toEqual(expectedNumbers(dataset).files);
  });
});

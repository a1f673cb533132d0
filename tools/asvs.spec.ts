import { parse } from "csv-parse/sync";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
/** So many requirements of OWASP ASVS 5.0.0 are of level 1 or 2. */
const REQUIREMENTS = 253;

interface Row {
  readonly requirement: string;
  readonly status: string;
  readonly evidence: string;
}

const rows: Row[] = parse(readFileSync(join(ROOT, "docs/asvs.csv"), "utf8"), { columns: true });

/** What is wrong with one piece of evidence, `path: title`; the title stands in the file in quotes, whole. */
function faultOf(evidence: string): string | undefined {
  const [path = "", ...rest] = evidence.split(": ");
  const title = rest.join(": ");
  if (title === "") return `"${evidence}" is no path and title`;
  if (!existsSync(join(ROOT, path))) return `${path} is not there`;
  const source = readFileSync(join(ROOT, path), "utf8");
  if (!["'", '"', "`"].some((quote) => source.includes(quote + title + quote))) return `${path} has no test "${title}"`;
  return undefined;
}

describe("docs/asvs.csv", () => {
  it("has each requirement of levels 1 and 2 once", () => {
    const numbers = rows.map(({ requirement }) => requirement);
    expect(numbers.filter((number) => !/^V\d+\.\d+\.\d+$/.test(number))).toEqual([]);
    expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([]);
    expect(numbers).toHaveLength(REQUIREMENTS);
  });

  it("says of each that it is covered or not, and by what or why", () => {
    const unclear = rows.filter(
      ({ status, evidence }) => !["covered", "not covered"].includes(status) || evidence.trim() === "",
    );
    expect(unclear).toEqual([]);
  });

  it("names tests that exist", () => {
    const faults = rows
      .filter(({ status }) => status === "covered")
      .flatMap(({ requirement, evidence }) =>
        evidence.split(" | ").flatMap((one) => {
          const fault = faultOf(one);
          return fault === undefined ? [] : [`${requirement}: ${fault}`];
        }),
      );
    expect(faults).toEqual([]);
  });
});

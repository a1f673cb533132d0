import { RuleViolation } from "@kehu/contracts";
import { CsvRecords } from "./csv-records.ts";

export const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** So many rows tell. */
const ROWS = 20;

/**
 * Finds what stands between the cells: what gives every row the same number of cells, else what gives the first row most.
 *
 * @param sample the beginning of the file, or all of it
 * @returns a comma where no delimiter stands in the first row: a table of one column
 * @throws RuleViolation `import.file-delimiter` where two fit as well
 */
export function delimiterOf(sample: string, isWhole: boolean): Delimiter {
  const tries = DELIMITERS.map((delimiter) => ({ delimiter, ...fit(sample, isWhole, delimiter) }));
  const several = tries.filter(({ columns }) => columns > 1);
  const even = several.filter(({ isEven }) => isEven);
  const best = (even.length > 0 ? even : several).sort((one, other) => other.columns - one.columns);
  const [first, second] = best;
  if (first && first.columns === second?.columns)
    throw new RuleViolation(
      "import.file-delimiter",
      "Two delimiters divide the rows equally well. Name the delimiter: comma, semicolon, tab or bar.",
    );
  return first?.delimiter ?? ",";
}

function fit(sample: string, isWhole: boolean, delimiter: Delimiter): { columns: number; isEven: boolean } {
  const records = new CsvRecords(delimiter);
  const rows = records.read(sample);
  try {
    if (isWhole) rows.push(...records.end());
  } catch {
    // An open quote is a matter of whoever reads the rows.
  }
  const counts = rows.slice(0, ROWS).map(({ cells }) => cells?.length ?? 0);
  return { columns: counts[0] ?? 0, isEven: counts.every((count) => count === counts[0]) };
}

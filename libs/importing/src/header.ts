import { RuleViolation } from "@kehu/contracts";
import { MOST_COLUMNS } from "./limits.ts";
import type { TableRow } from "./table.ts";

/** What objects answer to by themselves; no key of a mapping. */
const RESERVED: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** What names nothing: a number, a day, an address. */
const DATA = [
  /^[-+]?\d[\d.,\s]*$/,
  /^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}/,
  /^[^\s@]+@[^\s@.]+\.[^\s@]+$/,
  /^https?:\/\//i,
  /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
];

/** Longer texts are no data of that kind, whatever they look like. */
const LONGEST_DATA = 1_000;
const isData = (cell: string) => cell.length <= LONGEST_DATA && DATA.some((form) => form.test(cell.trim()));

export interface Header {
  header: boolean;
  columns: string[];
}

/**
 * @param first the first row of a table
 * @param isGiven whether it is a header, where the caller says so; else it is one unless one of its cells names nothing
 * @returns the names of the columns
 * @throws RuleViolation (`import.file-header...`, `import.file-columns`) for a header that is none
 */
export function headerOf(first: TableRow | undefined, isGiven: boolean | undefined): Header {
  if (!first) throw new RuleViolation("import.file-empty", "The file holds no rows.");
  if (first.error) throw unusable(first.error);
  const header = isGiven ?? !first.cells.some(isData);
  if (!header) return { header, columns: first.cells.map((_, place) => `Column ${place + 1}`) };
  const columns = first.cells.map((cell) => cell.trim().normalize("NFC"));
  const places = new Map<string, number>();
  columns.forEach((name, place) => {
    refuse(name, place + 1, places.get(name));
    places.set(name, place + 1);
  });
  return { header, columns };
}

function refuse(name: string, place: number, before: number | undefined): void {
  if (name === "") throw new RuleViolation("import.file-header-blank", `Column ${place} has no name in the first row.`);
  if (before !== undefined)
    throw new RuleViolation(
      "import.file-header-double",
      `Columns ${before} and ${place} have the same name in the first row. Give one of them another.`,
    );
  if (RESERVED.has(name))
    throw new RuleViolation("import.file-header-name", `Column ${place} has a name that is reserved. Give it another.`);
  if (name.includes("\0") || !name.isWellFormed())
    throw new RuleViolation("import.file-header-name", `The name of column ${place} holds a character that is none.`);
}

function unusable({ code, message }: { code: string; message: string }): RuleViolation {
  return code === "import.row-columns"
    ? new RuleViolation(
        "import.file-columns",
        `The table has more than ${MOST_COLUMNS} columns. Remove those not needed.`,
      )
    : new RuleViolation("import.file-header", `The first row cannot be used: ${message}`);
}

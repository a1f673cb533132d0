import { csvLines, madeHarmless, type Table } from "@kehu/importing";
import { csvHead } from "../csv.ts";
import type { ImportJob, ImportRow } from "./import-job.ts";

/** A row that failed, and why. */
export type Failure = Pick<ImportRow, "line" | "errors">;

/** The last column of the file: why the row has failed. */
const REASON = "Error";

/**
 * The rows that failed, as they came, each with its reason: a file that can be mended and sent again. The reasons of an
 * earlier such file give way.
 *
 * @param failures in the order of the file
 * @returns lines of a CSV file
 */
export async function* failedLines(
  table: Table,
  { mapping = {} }: ImportJob["options"],
  failures: AsyncIterator<Failure, undefined>,
): AsyncGenerator<string> {
  const { columns } = table;
  const own = columns.at(-1) === REASON && !(REASON in mapping) ? columns.slice(0, -1) : columns;
  yield csvHead([...own, REASON]);
  let next = await failures.next();
  for await (const { line, cells } of table.rows()) {
    if (next.done) return;
    if (next.value.line !== line) continue;
    const where = cells ? "" : `Line ${line}: `;
    const known = own.map((_, place) => cells?.[place] ?? "");
    // Cells that no column has stay behind the reason: what stands in the file is not lost.
    const row = [...known, where + reasonOf(next.value), ...(cells?.slice(columns.length) ?? [])];
    yield csvLines([row.map(madeHarmless)]);
    next = await failures.next();
  }
}

const reasonOf = ({ errors }: Failure) =>
  errors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join(" ");

import { RuleViolation } from "@kehu/contracts";
import { openCsvTable, type CsvOptions } from "./csv-table.ts";
import { kindOfFile } from "./file-kind.ts";
import type { Table } from "./table.ts";
import { openXlsxTable, type XlsxOptions } from "./xlsx-table.ts";

export type TableOptions = CsvOptions & XlsxOptions;

/**
 * Opens a file with a table: CSV (RFC 4180, and the dialects of spreadsheet programs) or XLSX (ECMA-376, part 1). The
 * format shows in the content, whatever the file is called. Memory stays bounded whatever stands in it.
 *
 * @param path the file; it must not change while it is read
 * @param options what the caller knows better than the file tells
 * @returns columns and rows
 * @throws RuleViolation (422, `import.file-...`) for a file that is no table, with what to do about it
 */
export async function openTable(path: string, options: TableOptions = {}): Promise<Table> {
  const kind = await kindOfFile(path, options.encoding !== undefined);
  if (kind.code !== undefined) throw new RuleViolation(kind.code, kind.message);
  return kind.format === "xlsx" ? openXlsxTable(path, options) : openCsvTable(path, options);
}

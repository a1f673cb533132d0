import { RuleViolation } from "@kehu/contracts";
import { checked, firstOf, isBlank } from "./cells.ts";
import { headerOf } from "./header.ts";
import { MOST_SHARED_TEXT_BYTES, MOST_UNPACKED_BYTES } from "./limits.ts";
import { SharedTexts } from "./shared-texts.ts";
import { SheetRows } from "./sheet-rows.ts";
import type { Table, TableRow, TableWarning } from "./table.ts";
import { readWorkbook, type Sheet, type Workbook } from "./workbook.ts";
import { xmlEvents } from "./xml.ts";
import { ZipArchive } from "./zip-archive.ts";

export interface XlsxOptions {
  /** Name of the sheet; where it is not given, the first one that is not hidden. */
  sheet?: string;
  /** Whether the first row names the columns; where it is not given it is found. */
  header?: boolean;
  /**
   * What stands before the decimals where numbers are texts; a point where it is not given. The sheet's own numbers are
   * written with it, so that whoever reads the cells with it reads them as they are.
   */
  decimal?: "." | ",";
}

/** What the rows of a sheet are read with. */
interface Source {
  path: string;
  workbook: Workbook;
  sheet: Sheet;
  texts: SharedTexts | undefined;
}

/** Opens an XLSX file; see `openTable`. */
export async function openXlsxTable(path: string, options: XlsxOptions): Promise<Table> {
  const source = await sourceOf(path, options.sheet);
  let part = 0;
  const formulas = new Formulas();
  const first = await firstOf(
    rowsOf(
      source,
      ".", // so that columns are called the same before and after somebody says how numbers are written
      () => undefined,
      () => undefined,
    ),
  );
  const header = headerOf(first, options.header);
  const width = header.columns.length;
  return {
    format: "xlsx",
    sheet: source.sheet.name,
    sheets: source.workbook.sheets.map(({ name }) => name),
    ...header,
    async *rows() {
      let isHeader = header.header;
      formulas.clear();
      for await (const row of rowsOf(
        source,
        options.decimal ?? ".",
        (read) => (part = read),
        (line) => formulas.add(line),
      )) {
        if (!isHeader) yield checked(filled(row, width), width);
        isHeader = false;
      }
    },
    progress: () => Math.min(1, part),
    warnings: () => formulas.warnings(),
  };
}

async function sourceOf(path: string, name: string | undefined): Promise<Source> {
  const archive = await ZipArchive.open(path);
  try {
    const workbook = await readWorkbook(archive);
    const sheet = chosen(workbook.sheets, name);
    // Markup comes to a few times the texts, where they are short.
    const parts = (part: string) => xmlEvents(archive.read(part, 4 * MOST_SHARED_TEXT_BYTES));
    const texts = workbook.texts === undefined ? undefined : await SharedTexts.read(parts(workbook.texts));
    return { path, workbook, sheet, texts };
  } finally {
    archive.close();
  }
}

class Formulas {
  private line = 0;
  private count = 0;

  clear(): void {
    this.count = 0;
  }

  add(line: number): void {
    if (this.count === 0) this.line = line;
    this.count++;
  }

  warnings(): TableWarning[] {
    const { line, count } = this;
    return count === 0 ? [] : [{ code: "import.formulas", message: FORMULAS, line, count }];
  }
}

const FORMULAS = "Some cells are formulas. What is read is the value that they had when the file was saved.";

function chosen(sheets: readonly Sheet[], name: string | undefined): Sheet {
  const fitting =
    name === undefined ? sheets.filter(({ isHidden }) => !isHidden) : sheets.filter((one) => one.name === name);
  const [first, second] = fitting;
  if (!first)
    throw new RuleViolation(
      "import.file-sheet",
      name === undefined ? "The file has no sheet with a table." : "The file has no sheet of that name.",
    );
  if (name !== undefined && second)
    throw new RuleViolation("import.file-sheet", "Two sheets have that name. Give one of them another.");
  return first;
}

/** Cells that are empty do not stand in the file. */
function filled(row: TableRow, width: number): TableRow {
  while (row.cells && row.cells.length < width) row.cells.push("");
  return row;
}

async function* rowsOf(
  { path, workbook, sheet, texts }: Source,
  decimal: string,
  seen: (part: number) => void,
  formula: (line: number) => void,
): AsyncGenerator<TableRow, void> {
  const archive = await ZipArchive.open(path);
  try {
    const rows = new SheetRows(workbook, texts, decimal, formula);
    for await (const events of xmlEvents(archive.read(sheet.part, MOST_UNPACKED_BYTES, seen)))
      for (const row of rows.read(events)) if (!isBlank(row)) yield row;
  } finally {
    archive.close();
  }
}

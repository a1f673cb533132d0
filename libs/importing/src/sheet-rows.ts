import { calendar, plainNumber } from "./cell-numbers.ts";
import { tooLong } from "./csv-records.ts";
import type { Fault } from "./fault.ts";
import { MOST_CELL_CHARACTERS, MOST_COLUMNS, MOST_ROW_CHARACTERS } from "./limits.ts";
import { ENOUGH, RichText, type SharedTexts } from "./shared-texts.ts";
import type { TableRow } from "./table.ts";
import type { Workbook } from "./workbook.ts";
import { decoded } from "./xlsx-text.ts";
import type { XmlEvent } from "./xml.ts";

/** A cell that is being read. */
interface OpenCell {
  place: number;
  type: string;
  style: number;
  hasFormula: boolean;
  value: string | undefined;
}

/** Puts the rows of a sheet together from what its XML holds (ECMA-376, part 1, 18.3.1). */
export class SheetRows {
  private readonly workbook: Workbook;
  private readonly texts: SharedTexts | undefined;
  private readonly decimal: string;
  /** Is told the row of each formula. */
  private readonly formula: (line: number) => void;
  private line = 0;
  private cells: string[] = [];
  private size = 0;
  private fault: Fault | undefined;
  private isTooLarge = false;
  private nextPlace = 0;
  private cell: OpenCell | undefined;
  private isValue = false;
  private readonly inline = new RichText();

  /** @param decimal what is written before the decimals of numbers */
  constructor(workbook: Workbook, texts: SharedTexts | undefined, decimal: string, formula: (line: number) => void) {
    this.workbook = workbook;
    this.texts = texts;
    this.decimal = decimal;
    this.formula = formula;
  }

  /** @returns the rows that end in these events, one by one: cells of a few bytes may share a long text */
  *read(events: readonly XmlEvent[]): Generator<TableRow, void> {
    for (const event of events) {
      if (this.cell?.type === "inlineStr") this.inline.take(event);
      if (event.open !== undefined) this.open(event.open, event.attributes);
      else if (event.close === undefined) this.text(event.text);
      else if (event.close === "v") this.isValue = false;
      else if (event.close === "c") this.endCell();
      else if (event.close === "row") yield this.endRow();
    }
  }

  private open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === "row") this.beginRow(attributes["r"]);
    else if (name === "c") this.beginCell(attributes);
    else if (name === "v") this.isValue = true;
    else if (name === "f" && this.cell) this.cell.hasFormula = true;
  }

  private beginRow(number: string | undefined): void {
    this.line = /^[1-9]\d{0,6}$/.test(number ?? "") ? Number(number) : this.line + 1;
    this.cells = [];
    this.size = 0;
    this.fault = undefined;
    this.isTooLarge = false;
    this.nextPlace = 0;
  }

  private beginCell({ r, t, s }: Readonly<Record<string, string>>): void {
    const place = placeOf(r) ?? this.nextPlace;
    this.nextPlace = place + 1;
    this.cell = { place, type: t ?? "n", style: Number(s ?? 0), hasFormula: false, value: undefined };
  }

  private text(text: string): void {
    if (!this.cell || !this.isValue) return;
    const { value = "" } = this.cell;
    if (value.length <= ENOUGH) this.cell.value = value + text;
  }

  private endCell(): void {
    const { cell } = this;
    this.cell = undefined;
    if (!cell) return;
    const inline = this.inline.end();
    if (cell.hasFormula) this.formula(this.line);
    const text = this.shown(cell, inline);
    if (text === "") return;
    this.size += text.length;
    if (cell.place >= MOST_COLUMNS) this.overflow("import.row-columns", `The row has more than ${MOST_COLUMNS} cells.`);
    else if (text.length > MOST_CELL_CHARACTERS) this.overflow("import.cell-length", tooLong(cell.place + 1));
    else if (this.size > MOST_ROW_CHARACTERS)
      this.overflow("import.row-length", `The row has more than ${MOST_ROW_CHARACTERS} characters.`);
    if (this.isTooLarge) return;
    while (this.cells.length < cell.place) this.cells.push("");
    this.cells[cell.place] = text;
  }

  /** @returns the row, as long as its last cell */
  private endRow(): TableRow {
    const { line, cells, fault, isTooLarge } = this;
    if (!fault) return { line, cells };
    return isTooLarge ? { line, error: fault } : { line, cells, error: fault };
  }

  /** @returns what a cell is shown as that cannot be used */
  private spoil(code: string, message: string, text = ""): string {
    this.fault ??= { code, message };
    return text;
  }

  private overflow(code: string, message: string): void {
    this.fault ??= { code, message };
    this.isTooLarge = true;
    this.cells = [];
  }

  /** @returns the text of a cell, as a person sees it; days and times in ISO 8601 */
  private shown({ place, type, style, hasFormula, value }: OpenCell, inline: string): string {
    const where = `Cell ${place + 1}`;
    if (type === "inlineStr") return inline;
    if (value === undefined)
      return hasFormula
        ? this.spoil(
            "import.cell-formula",
            `${where} is a formula without a value. Save the file in a spreadsheet program.`,
          )
        : "";
    if (type === "s")
      return (
        this.texts?.at(Number(value)) ??
        this.spoil("import.cell-text", `${where} refers to a text that is not in the file.`)
      );
    if (type === "str" || type === "d") return decoded(value);
    if (type === "b") return value === "1" || value === "true" ? "true" : "false";
    if (type === "e")
      return this.spoil(
        "import.cell-error",
        `${where} shows an error such as #N/A. Put a value there.`,
        decoded(value),
      );
    return (
      this.number(value, style) ??
      this.spoil("import.cell-number", `${where} is no number or day that can be held.`, decoded(value))
    );
  }

  private number(value: string, style: number): string | null {
    const format = this.workbook.formats[style] ?? "number";
    if (typeof format === "string" && format !== "number") return calendar(Number(value), format, this.workbook.is1904);
    const number = plainNumber(value)?.replace(".", this.decimal) ?? null;
    if (number === null || format === "number") return number;
    if ("currency" in format) return `${format.currency} ${number}`;
    return number.replace(/^\d+$/, (digits) => digits.padStart(format.digits, "0"));
  }
}

/** @returns the place of a cell by its name (`AB12`), from 0; null where it has none */
function placeOf(name: string | undefined): number | null {
  const letters = /^([A-Z]{1,3})\d+$/.exec(name ?? "")?.[1];
  if (letters === undefined) return null;
  return [...letters].reduce((place, letter) => place * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

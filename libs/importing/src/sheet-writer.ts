import { plain, serialOf } from "./cell-numbers.ts";
import { currencyDigits } from "./currencies.ts";
import { isMoney, isNumeral, textOfValue, type WrittenColumn, type WrittenRow } from "./written-cell.ts";
import { SHEET_FOOT, SHEET_HEAD, styles } from "./xlsx-parts.ts";
import { encoded } from "./xlsx-text.ts";

const DAY_FORMAT = "yyyy-mm-dd";
const INSTANT_FORMAT = 'yyyy-mm-dd"T"hh:mm:ss.000"Z"';

/** Writes the XML of a sheet, row by row. */
export class SheetWriter {
  rows = 0;
  private readonly columns: readonly WrittenColumn[];
  private readonly letters: readonly string[];
  private readonly formats: string[] = [DAY_FORMAT, INSTANT_FORMAT];

  constructor(columns: readonly WrittenColumn[]) {
    this.columns = columns;
    this.letters = columns.map((_, place) => lettersOf(place));
  }

  head(): string {
    const name = ({ name: text }: WrittenColumn, at: number) => textCell(this.place(at), textOfValue("text", text));
    this.rows = 1;
    return `${SHEET_HEAD}<row r="1">${this.columns.map(name).join("")}</row>`;
  }

  row(values: WrittenRow): string {
    this.rows++;
    const cells = this.columns.map(({ kind }, at) => this.cell(kind, values[at], this.place(at)));
    return `<row r="${this.rows}">${cells.join("")}</row>`;
  }

  foot(): string {
    return SHEET_FOOT;
  }

  styles(): string {
    return styles(this.formats);
  }

  private place(at: number): string {
    return `${this.letters[at]}${this.rows || 1}`;
  }

  private cell(kind: WrittenColumn["kind"], value: unknown, place: string): string {
    const text = textOfValue(kind, value);
    if (text === "") return "";
    if (typeof value === "boolean") return `<c r="${place}" t="b"><v>${Number(value)}</v></c>`;
    if (kind === "money" && isMoney(value) && isExact(value.amount))
      return this.numberCell(place, value.amount, currencyFormat(value.currency));
    if ((kind === "number" || kind === "integer") && isExact(text)) return this.numberCell(place, text, undefined);
    if (kind === "date" || kind === "instant") {
      const serial = serialOf(new Date(text));
      if (serial !== null) return this.numberCell(place, plain(serial), kind === "date" ? DAY_FORMAT : INSTANT_FORMAT);
    }
    return textCell(place, text);
  }

  private numberCell(place: string, digits: string, format: string | undefined): string {
    return `<c r="${place}"${format === undefined ? "" : ` s="${this.styleOf(format)}"`}><v>${digits}</v></c>`;
  }

  private styleOf(format: string): number {
    const known = this.formats.indexOf(format);
    return known >= 0 ? known + 1 : this.formats.push(format);
  }
}

const textCell = (place: string, text: string) =>
  `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${encoded(text)}</t></is></c>`;

/** A sheet holds fifteen digits of a number, however many decimals are among them. */
const isExact = (text: string) => isNumeral(text) && text.replace(/\D/g, "").length <= 15;

function currencyFormat(currency: string): string {
  const places = currencyDigits(currency);
  return `[$${currency}] #,##0${places ? `.${"0".repeat(places)}` : ""}`;
}

function lettersOf(place: number): string {
  const before = Math.floor(place / 26);
  return (before > 0 ? lettersOf(before - 1) : "") + String.fromCharCode(65 + (place % 26));
}

import { strToU8, zipSync, type Zippable } from "fflate";

const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships";

/** The parts of an XLSX file that differ from test to test. */
export interface Parts {
  /** What stands between `<sheetData>` and its end. */
  rows?: string;
  /** Instead of the whole sheet. */
  sheet?: string | Uint8Array;
  /** Shared texts, as XML between `<sst>` and its end. */
  texts?: string;
  /** Codes of number formats; cell styles 1, 2, ... have them. */
  formats?: readonly string[];
  /** What stands in the workbook. */
  workbook?: string;
  relationships?: string;
  /** Further entries, or others instead of these. */
  more?: Zippable;
  /** How much it is packed, 0 to 9. */
  level?: 0 | 6;
}

export const SHEETS = '<sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets>';

export const relationship = (id: string, type: string, target: string) =>
  `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;

const RELATED =
  relationship("rId1", "worksheet", "worksheets/sheet1.xml") +
  relationship("rId2", "sharedStrings", "sharedStrings.xml") +
  relationship("rId3", "styles", "/xl/styles.xml");

/** @returns an XLSX file as spreadsheet programs write it, with these parts */
export function xlsx({
  rows = "",
  sheet,
  texts,
  formats,
  workbook = SHEETS,
  relationships = RELATED,
  more,
  level = 6,
}: Parts): Uint8Array {
  const codes = formats?.map((code, at) => `<numFmt numFmtId="${200 + at}" formatCode="${code}"/>`).join("");
  const styles = formats?.map((_, at) => `<xf numFmtId="${200 + at}"/>`).join("");
  const text = (xml: string) => strToU8(`<?xml version="1.0" encoding="UTF-8"?>${xml}`);
  return zipSync(
    {
      "[Content_Types].xml": text("<Types/>"),
      "_rels/.rels": text(
        `<Relationships xmlns="${PACKAGE}">${relationship("r1", "officeDocument", "xl/workbook.xml")}</Relationships>`,
      ),
      "xl/workbook.xml": text(`<workbook xmlns:r="${OFFICE}">${workbook}</workbook>`),
      "xl/_rels/workbook.xml.rels": text(`<Relationships>${relationships}</Relationships>`),
      ...(texts === undefined ? {} : { "xl/sharedStrings.xml": text(`<sst>${texts}</sst>`) }),
      ...(codes === undefined
        ? {}
        : {
            "xl/styles.xml": text(
              `<styleSheet><numFmts>${codes}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${styles}</cellXfs></styleSheet>`,
            ),
          }),
      "xl/worksheets/sheet1.xml":
        typeof sheet === "object" ? sheet : text(sheet ?? `<worksheet><sheetData>${rows}</sheetData></worksheet>`),
      ...more,
    },
    { level },
  );
}

/** A row of inline texts. */
export const textRow = (...cells: readonly string[]) => `<row>${cells.map(textCell).join("")}</row>`;
export const textCell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;

/** A sheet with the header `a`, `b` and one more row with these cells. */
export const underHeader = (cells: string) => xlsx({ rows: `${textRow("a", "b")}<row>${cells}</row>` });

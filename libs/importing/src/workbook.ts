import { RuleViolation } from "@kehu/contracts";
import { posix } from "node:path";
import { MOST_PART_BYTES } from "./limits.ts";
import { numberFormat, type NumberFormat } from "./number-formats.ts";
import { xmlEvents } from "./xml.ts";
import { damaged, type ZipArchive } from "./zip-archive.ts";

export interface Sheet {
  name: string;
  /** Name of its entry in the archive. */
  part: string;
  isHidden: boolean;
}

/** What an XLSX file says of its sheets (ECMA-376, part 1, 18.2). */
export interface Workbook {
  sheets: readonly Sheet[];
  /** Days are counted from 1904 on. */
  is1904: boolean;
  /** The entry with the texts that cells share; none where there are none. */
  texts: string | undefined;
  /** How numbers are shown, by the style of their cell. */
  formats: readonly NumberFormat[];
}

/** Where one part refers to others (ECMA-376, part 2, 9.3). */
interface Relationship {
  id: string;
  /** The last part of its type's address, which is another one in the strict variant. */
  type: string;
  target: string;
}

/** @throws RuleViolation `import.file-binary` for an archive that is no XLSX file */
export async function readWorkbook(archive: ZipArchive): Promise<Workbook> {
  const part = (await relationshipsOf(archive, "")).find(({ type }) => type === "officeDocument")?.target;
  if (!part || !part.endsWith(".xml")) throw noTable();
  const related = await relationshipsOf(archive, part);
  const one = (type: string) => related.find((to) => to.type === type && archive.has(to.target))?.target;
  const styles = one("styles");
  return {
    ...(await sheetsOf(archive, part, related)),
    texts: one("sharedStrings"),
    formats: styles === undefined ? [] : await formatsOf(archive, styles),
  };
}

const noTable = () =>
  new RuleViolation("import.file-binary", "This archive is no XLSX file. Save the table as CSV (UTF-8) or XLSX.");

const small = (archive: ZipArchive, part: string) => xmlEvents(archive.read(part, MOST_PART_BYTES));

/** @param part whose relationships are meant; none: those of the whole file */
async function relationshipsOf(archive: ZipArchive, part: string): Promise<Relationship[]> {
  const [folder, name] = [posix.dirname(part), posix.basename(part)];
  const entry = posix.join(folder, "_rels", `${name}.rels`);
  if (!archive.has(entry)) throw part === "" ? noTable() : damaged();
  const found: Relationship[] = [];
  for await (const events of small(archive, entry))
    for (const { open, attributes } of events.filter((event) => event.open !== undefined)) {
      const { Id: id = "", Type: type = "", Target: target = "" } = attributes;
      if (open !== "Relationship") continue;
      const path = target.startsWith("/") ? target.slice(1) : posix.join(folder, target);
      found.push({ id, type: type.slice(type.lastIndexOf("/") + 1), target: path });
    }
  return found;
}

async function sheetsOf(archive: ZipArchive, part: string, related: readonly Relationship[]) {
  const sheets: Sheet[] = [];
  let is1904 = false;
  let isWorkbook = false;
  for await (const events of small(archive, part))
    for (const { open, attributes } of events.filter((event) => event.open !== undefined)) {
      if (open === "workbook") isWorkbook = true;
      if (open === "workbookPr") is1904 = ["1", "true"].includes(attributes["date1904"] ?? "");
      if (open !== "sheet") continue;
      const [, id] = Object.entries(attributes).find(([name]) => name.endsWith(":id")) ?? [];
      const to = related.find((one) => one.id === id && one.type === "worksheet");
      const isHidden = (attributes["state"] ?? "visible") !== "visible";
      if (to) sheets.push({ name: attributes["name"] ?? "", part: to.target, isHidden });
    }
  if (!isWorkbook) throw noTable();
  return { sheets, is1904 };
}

async function formatsOf(archive: ZipArchive, part: string): Promise<NumberFormat[]> {
  const own = new Map<number, NumberFormat>();
  const formats: NumberFormat[] = [];
  let isOfCells = false;
  for await (const events of small(archive, part))
    for (const event of events) {
      if (event.close === "cellXfs") isOfCells = false;
      if (event.open === undefined) continue;
      const id = Number(event.attributes["numFmtId"] ?? 0);
      if (event.open === "cellXfs") isOfCells = true;
      if (event.open === "numFmt") own.set(id, numberFormat(id, event.attributes["formatCode"] ?? ""));
      if (event.open === "xf" && isOfCells) formats.push(own.get(id) ?? numberFormat(id, undefined));
    }
  return formats;
}

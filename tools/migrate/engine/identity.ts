import { createHash } from "node:crypto";
import { readInstant } from "./converters.ts";
import { RowFault, type FileTable, type Row } from "./mapping.ts";

/** The column in which a file of rejected rows keeps the key of each: alone its rows would be numbered differently. */
export const KEY_COLUMN = "Kehu key";

/** The most characters of an external id. */
const LONGEST = 200;

/** Says which record each row of one file is; rows are to be asked in their order. */
export class Identities {
  private readonly occurrences = new Map<string, number>();
  private readonly rows = new Set<string>();
  private readonly table: FileTable;

  constructor(table: FileTable) {
    this.table = table;
  }

  /**
   * @returns the key of the row's record; undefined where an earlier row was this very record
   * @throws RowFault `import.no-key`, `import.duplicate-in-file`
   */
  keyOf(row: Row): string | undefined {
    if (this.table.equalRowsAreOne && this.isRepeated(row)) return undefined;
    const key = limited(joined(this.table.key.map((column) => row.text(column))));
    if (key === "") {
      throw new RowFault(
        "import.no-key",
        this.table.key[0] ?? "",
        `${this.table.key.join(", ")}: nothing says which record this is.`,
      );
    }
    const count = (this.occurrences.get(key) ?? 0) + 1;
    this.occurrences.set(key, count);
    if (this.table.repeatedKey === "is-numbered")
      return row.text(KEY_COLUMN) || (count === 1 ? key : `${key}|#${count}`);
    if (count === 1) return key;
    throw new RowFault("import.duplicate-in-file", this.table.key[0] ?? "", `${key} occurred before in this file.`);
  }

  private isRepeated(row: Row): boolean {
    const all = JSON.stringify(row.cells);
    if (this.rows.has(all)) return true;
    this.rows.add(all);
    return false;
  }
}

/** A key of one part is that part; of several it is all of them, a bar within one not to be taken for one between two. */
function joined(parts: readonly string[]): string {
  const [only = "", ...more] = parts;
  if (more.length === 0) return only;
  if (parts.every((part) => part === "")) return "";
  return parts.map((part) => (readInstant(part) ?? part).replace(/[\\|]/g, (sign) => `\\${sign}`)).join("|");
}

/** A key that is too long for an external id ends in a digest of the whole. */
function limited(key: string): string {
  const room = LONGEST - 10;
  if (key.length <= room) return key;
  return `${key.slice(0, room - 44)}~${createHash("sha256").update(key).digest("base64url")}`;
}

import type { CsvFile } from "./csv.ts";
import type { Destination, Item, Settled } from "./destination.ts";
import type { Directory } from "./directory.ts";
import { Identities } from "./identity.ts";
import {
  RowFault,
  type Attributes,
  type Data,
  type FileTable,
  type Remark,
  type Row,
  type Surroundings,
} from "./mapping.ts";
import type { FileReport, RowReport } from "./report.ts";

/** What the rows of every file share. */
export interface Company {
  readonly system: string;
  readonly country: string;
  readonly prerequisites: ReadonlyMap<string, string>;
  readonly directory: Directory;
}

/** A row that is on its way. */
type Sent = Pick<Item, "row" | "key" | "warnings"> & { readonly attributes: Attributes | undefined };

/** Brings one file over. */
export class FileRun {
  readonly report: FileReport;
  private readonly table: FileTable;
  private readonly company: Company;
  private readonly destination: Destination;
  private readonly tell: (row: RowReport) => void;

  /** @param tell hears of each row that failed, or came over with a warning */
  constructor(table: FileTable, company: Company, destination: Destination, tell: (row: RowReport) => void) {
    const { file, resource } = table;
    this.table = table;
    this.company = company;
    this.destination = destination;
    this.tell = tell;
    this.report = { file, resource, rows: 0, created: 0, updated: 0, skipped: 0, failed: 0, warnings: 0, seconds: 0 };
  }

  async run(csv: CsvFile): Promise<void> {
    const began = performance.now();
    const sent: (Sent | undefined)[] = [];
    let said = 0;
    try {
      for await (const settled of this.destination.settle(this.table, this.items(csv, sent))) {
        const one = sent[said];
        if (!one) throw new Error(`${this.table.file}: more was said than there were rows.`);
        sent[said++] = undefined;
        this.settle(one, settled);
      }
      if (said < sent.length) throw new Error(`${this.table.file}: nothing was said of ${sent.length - said} rows.`);
    } finally {
      this.report.seconds = Math.round(performance.now() - began) / 1000;
    }
  }

  /** @returns how much of the file is dealt with, 0 to 1 */
  progress(csv: CsvFile): number {
    return csv.progress() * this.destination.progress();
  }

  private async *items(csv: CsvFile, sent: (Sent | undefined)[]): AsyncGenerator<Item> {
    const identities = new Identities(this.table);
    for await (const row of csv.rows()) {
      this.report.rows++;
      const item = this.prepare(row, identities);
      if (!item) continue;
      const { key, warnings, data } = item;
      sent.push({ row, key, warnings, attributes: this.table.attributes?.(data) });
      yield item;
    }
  }

  /** @returns nothing where the row has its outcome already */
  private prepare(row: Row, identities: Identities): Item | undefined {
    let key = "";
    try {
      const found = identities.keyOf(row);
      if (found === undefined) {
        this.report.skipped++;
        return undefined;
      }
      key = found;
      this.mustBeText(row);
      return { row, key, ...this.read(row, key) };
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      this.fail(row, key, [{ code: error.code, message: error.message, column: error.column }]);
      return undefined;
    }
  }

  private mustBeText(row: Row): void {
    const columns = [...this.table.key, ...Object.values(this.table.fields).flatMap((field) => field.columns)];
    const bad = columns.find((column) => row.text(column).includes("\0"));
    if (bad !== undefined) throw new RowFault("import.unreadable", bad, `${bad} holds a zero character.`);
  }

  private read(row: Row, key: string): { data: Data; warnings: Remark[] } {
    const { system, country, directory, prerequisites } = this.company;
    const warnings: Remark[] = [];
    const around: Surroundings = {
      country,
      byKey: (type, wanted) => directory.byKey(type, wanted),
      byAttribute: (type, attribute, value) => directory.byAttribute(type, attribute, value),
      prerequisite: (name) => prerequisites.get(name) ?? "",
      warn: (code, column, message) => void warnings.push({ code, column, message }),
    };
    const data: Data = { externalIds: [{ system, id: key }] };
    for (const [name, field] of Object.entries(this.table.fields)) {
      const value = field.read(row, around);
      if (value !== undefined) data[name] = value;
    }
    return { data, warnings };
  }

  private settle({ row, key, attributes, warnings }: Sent, { outcome, id, errors }: Settled): void {
    if (outcome === "failed") return this.fail(row, key, errors);
    this.report[outcome === "unchanged" ? "skipped" : outcome]++;
    if (id !== null) this.company.directory.add(this.table.type, key, id, attributes);
    if (warnings.length === 0) return;
    this.report.warnings++;
    this.tell({ row, key, isFailed: false, remarks: warnings });
  }

  private fail(row: Row, key: string, remarks: readonly Remark[]): void {
    this.report.failed++;
    this.tell({ row, key, isFailed: true, remarks });
  }
}

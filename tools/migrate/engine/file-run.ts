import { Batches, type Destination, type Item, type Settled } from "./batches.ts";
import type { CsvFile } from "./csv.ts";
import type { Directory } from "./directory.ts";
import { Identities } from "./identity.ts";
import { RowFault, type Data, type FileTable, type Remark, type Row, type Surroundings } from "./mapping.ts";
import type { FileReport, RowReport } from "./report.ts";

/** What the rows of every file share. */
export interface Company {
  readonly system: string;
  readonly country: string;
  readonly prerequisites: ReadonlyMap<string, string>;
  readonly directory: Directory;
}

/** Requests of one file that are on their way at once. */
const AT_ONCE = 4;

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
    const identities = new Identities(this.table);
    const batches = new Batches((items) => this.send(items), AT_ONCE);
    try {
      for await (const row of csv.rows()) {
        this.report.rows++;
        const item = this.prepare(row, identities);
        if (item) await batches.add(item);
      }
      await batches.end();
    } finally {
      this.report.seconds = Math.round(performance.now() - began) / 1000;
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
      const { data, warnings } = this.read(row, key);
      return {
        row,
        key,
        data,
        json: `{"op":"upsert","matchBy":"externalId","data":${JSON.stringify(data)}}`,
        warnings,
      };
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      this.fail(row, key, [{ code: error.code, message: error.message, column: error.column }]);
      return undefined;
    }
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

  private async send(items: readonly Item[]): Promise<void> {
    const settled = await this.destination.settle(this.table, items);
    items.forEach((item, index) => this.settle(item, settled[index]!));
  }

  private settle(item: Item, { outcome, id, errors, warnings }: Settled): void {
    if (outcome === "failed") return this.fail(item.row, item.key, errors);
    this.report[outcome === "unchanged" ? "skipped" : outcome]++;
    if (id !== null) this.company.directory.add(this.table, item.key, id, item.data);
    const remarks = [...item.warnings, ...warnings];
    if (remarks.length === 0) return;
    this.report.warnings++;
    this.tell({ row: item.row, key: item.key, isFailed: false, remarks });
  }

  private fail(row: Row, key: string, remarks: readonly Remark[]): void {
    this.report.failed++;
    this.tell({ row, key, isFailed: true, remarks });
  }
}

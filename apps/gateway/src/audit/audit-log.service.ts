import { Database, rowset } from "@kehu/database";
import { Unavailable } from "@kehu/contracts";
import { Injectable, Logger } from "@nestjs/common";
import { OWN_COLUMNS, rowOf, type Entry } from "./entry.ts";
import { Gathered } from "./gathered.ts";

const COLUMNS = Object.keys(OWN_COLUMNS).join(", ");

/** Entries that the gateway writes itself, at once: what changes no record, so that no event tells of it. */
@Injectable()
export class AuditLog {
  private readonly log = new Logger(AuditLog.name);
  private readonly gathered: Gathered<Entry>;

  constructor(private readonly database: Database) {
    this.gathered = new Gathered((entries) => this.insert(entries));
  }

  /** Resolves when the entry is stored. */
  write(entry: Entry): Promise<void> {
    return this.gathered.add(entry);
  }

  /**
   * The same for what is shown only once it is entered who saw it.
   *
   * @throws Unavailable `audit.unavailable`
   */
  async writeFirst(entry: Entry): Promise<void> {
    try {
      await this.write(entry);
    } catch (error) {
      this.log.error(`${entry.action} cannot be entered, so nothing is shown: ${(error as Error).message}`);
      throw new Unavailable("audit.unavailable", "This cannot be entered into the audit trail now, so it is not done.");
    }
  }

  private insert(entries: readonly Entry[]): Promise<unknown> {
    const values: unknown[] = [];
    const rows = rowset(OWN_COLUMNS, entries.map(rowOf), (value) => `$${values.push(value)}`);
    return this.database.query(`INSERT INTO audit_entry (${COLUMNS}) SELECT ${COLUMNS} FROM ${rows}`, values);
  }
}

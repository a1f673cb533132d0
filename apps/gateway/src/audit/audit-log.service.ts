import { Database, rowset } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { OWN_COLUMNS, rowOf, type Entry } from "./entry.ts";
import { Gathered } from "./gathered.ts";

const COLUMNS = Object.keys(OWN_COLUMNS).join(", ");

/** Entries that the gateway writes itself, at once: what changes no record, so that no event tells of it. */
@Injectable()
export class AuditLog {
  private readonly gathered: Gathered<Entry>;

  constructor(private readonly database: Database) {
    this.gathered = new Gathered((entries) => this.insert(entries));
  }

  /** Resolves when the entry is stored. */
  write(entry: Entry): Promise<void> {
    return this.gathered.add(entry);
  }

  private insert(entries: readonly Entry[]): Promise<unknown> {
    const values: unknown[] = [];
    const rows = rowset(OWN_COLUMNS, entries.map(rowOf), (value) => `$${values.push(value)}`);
    return this.database.query(`INSERT INTO audit_entry (${COLUMNS}) SELECT ${COLUMNS} FROM ${rows}`, values);
  }
}

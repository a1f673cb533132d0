import pg from "pg";
import type { Api } from "./api.ts";

/** The schemas of the services that hold records. */
const SCHEMAS = ["identity", "customer", "sales", "service_desk", "marketing"];
/** Entries of these are never taken away: what people have said of themselves stays said. */
const LEDGERS = ["marketing.consent", "marketing.suppression"];
/** What happened, each with the column that counts on. */
const LOGS = [
  ...SCHEMAS.flatMap((schema) => [`${schema}.history seq`, `${schema}.outbox seq`]),
  "analytics.event_store seq",
  "identity.audit_entry id",
];

/** How many entries a log has, and up to which. */
type Logs = Readonly<Record<string, { rows: number; last: string }>>;

/** What stands in the database of an install. */
export class Traces {
  private readonly pool: pg.Pool;

  /** @param url of a role that sees all schemas */
  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: 1 });
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  /** Every live record and copy in its version, and every name in another system: one text for each table. */
  async live(): Promise<Record<string, string>> {
    const tables = await this.query<{ name: string }>(
      `SELECT table_schema || '.' || table_name AS name FROM information_schema.columns
       WHERE table_schema = ANY($1) AND column_name IN ('id', 'version', 'deleted_at') GROUP BY 1 HAVING count(*) = 3`,
      [SCHEMAS],
    );
    const records = tables.filter(({ name }) => !LEDGERS.includes(name));
    const found: Record<string, string> = {};
    for (const { name } of records)
      found[name] = await this.text(`SELECT id || ' ' || version AS one FROM ${name} WHERE deleted_at IS NULL`);
    for (const schema of SCHEMAS)
      found[`${schema}.external_id`] = await this.text(
        `SELECT concat_ws(' ', type, system, external_id, record_id) AS one FROM ${schema}.external_id`,
      );
    return found;
  }

  async logs(): Promise<Logs> {
    const found: Record<string, { rows: number; last: string }> = {};
    for (const log of LOGS) {
      const [table, column] = log.split(" ");
      const [row] = await this.query<{ rows: number; last: string }>(
        `SELECT count(*)::int AS rows, coalesce(max(${column}), 0)::text AS last FROM ${table}`,
      );
      found[log] = row!;
    }
    return found;
  }

  /** @returns the logs that have lost an entry since, or have none that is new */
  async notGrownSince(before: Logs): Promise<string[]> {
    const wrong: string[] = [];
    for (const [log, { rows, last }] of Object.entries(before)) {
      const [table, column] = log.split(" ");
      const [row] = await this.query<{ kept: number; rows: number }>(
        `SELECT count(*) FILTER (WHERE ${column} <= $1)::int AS kept, count(*)::int AS rows FROM ${table}`,
        [last],
      );
      if (row!.kept !== rows || row!.rows <= rows)
        wrong.push(`${log}: ${rows} before, of which ${row!.kept} of ${row!.rows}`);
    }
    return wrong;
  }

  private async text(ones: string): Promise<string> {
    const [row] = await this.query<{ text: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(one, ',' ORDER BY one)), '') AS text FROM (${ones}) AS o`,
    );
    return row!.text;
  }

  private async query<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.pool.query<R>(text, values)).rows;
  }
}

const COUNTS = [
  "account-count",
  "contact-count",
  "lead-count",
  "open-pipeline-count",
  "won-count",
  "lost-count",
  "ticket-count",
  "campaign-member-count",
  "interaction-count",
  "task-count",
];
const AMOUNTS = ["open-pipeline-amount", "won-amount", "campaign-budget", "campaign-cost"];
const SHARES = ["win-rate", "lead-conversion-rate", "sales-cycle-days"];

/** The metrics of a company that has nothing. */
export const NOTHING: Readonly<Record<string, number | string | null>> = {
  ...Object.fromEntries(COUNTS.map((name) => [name, 0])),
  ...Object.fromEntries(AMOUNTS.map((name) => [name, "0.00"])),
  ...Object.fromEntries(SHARES.map((name) => [name, null])),
};

/** @returns the same metrics as they are */
export async function metricsOf(api: Api): Promise<Record<string, number | string | null>> {
  const found: Record<string, number | string | null> = {};
  for (const name of Object.keys(NOTHING)) found[name] = await api.total(name);
  return found;
}

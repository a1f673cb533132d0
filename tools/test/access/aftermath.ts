import type { System } from "./system.ts";

/** What a request may leave behind in the tables of one service. */
export interface Trace {
  /** Hash of the row, its version in it; null where there is none. */
  row: string | null;
  /** Rows of its table, and the newest entries of outbox and history. */
  rows: string;
  outbox: string;
  history: string;
}

/** What a record and the service around it look like from outside. */
export async function traceOf(system: System, table: string, id: string): Promise<Trace> {
  const [schema] = table.split(".");
  const [trace] = await system.rows<Trace>(
    `SELECT (SELECT md5(t::text) FROM ${table} t WHERE t.id::text = $1) AS row,
       (SELECT count(*) FROM ${table}) AS rows,
       (SELECT coalesce(max(seq), 0) FROM ${schema}.outbox) AS outbox,
       (SELECT count(*) FROM ${schema}.history) AS history`,
    [id],
  );
  return trace!;
}

/** What a request wrote into the history of a record: how many fields, and by whom the last. */
export async function historyOf(
  system: System,
  table: string,
  id: string,
): Promise<{ entries: number; by: string | null }> {
  const [schema] = table.split(".");
  const [row] = await system.rows<{ entries: number; by: string | null }>(
    `SELECT count(*)::int AS entries, (array_agg(actor_id ORDER BY seq DESC))[1] AS by FROM ${schema}.history WHERE record_id::text = $1`,
    [id],
  );
  return row!;
}

/** What changes by itself, by signing in, which every preparation does, or by being asked and refused at all. */
const RESTLESS = [
  ...["session", "refresh_token", "auth_change", "dead_letter", "route_document", "api_key", "recent"],
  ...["audit_entry", "audit_seal", "audit_unsealed", "request_origin", "usual_address"],
];

/** A hash of every table of every service. */
export async function fingerprint(system: System): Promise<Record<string, string>> {
  const tables = await system.rows<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'bus') AND tablename <> ALL ($1) ORDER BY 1`,
    [RESTLESS],
  );
  const prints: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await system.rows<{ print: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS print FROM ${name} t`,
    );
    prints[name] = row!.print;
  }
  return prints;
}

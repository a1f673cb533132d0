import { createHash } from "node:crypto";
import { Unavailable } from "@kehu/contracts";
import pg from "pg";

/** Runs SQL. */
export interface Queryable {
  /**
   * Runs a statement that is prepared once per connection, under a name made of its text. The texts must come from a
   * finite set, or the server's plans would grow without end.
   *
   * @param sql one statement; values only as `$1`, `$2`, ...
   * @returns the rows; `timestamptz` as Date, `bigint` and `numeric` as string, `date` as `YYYY-MM-DD`
   */
  query<R = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Runs a statement whose text depends on the request (filters, sorts); the same as `query`, not prepared. */
  queryOnce<R = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<R[]>;
}

/** A transaction that is open. Only libs/records and libs/messaging get one; all else is handed it. */
export interface Tx extends Queryable {
  readonly inTransaction: true;
  /** Has `effect` run once this transaction is committed, never if it is not. It must not throw. */
  afterCommit(effect: () => void): void;
}

/** How long anything may wait, in milliseconds; the client's limit is above the server's, so that the server answers first. */
export const TIMEOUTS = { connect: 2_000, lock: 2_000, statement: 5_000, query: 6_000 } as const;

pg.types.setTypeParser(pg.types.builtins.DATE, (day) => day);

/** Options of a pg connection of this product. */
export function connectionOptions(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: TIMEOUTS.connect,
    query_timeout: TIMEOUTS.query,
    statement_timeout: TIMEOUTS.statement,
    lock_timeout: TIMEOUTS.lock,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    options: "-c timezone=UTC",
  };
}

const names = new Map<string, string>();

function nameOf(sql: string): string {
  let name = names.get(sql);
  if (name === undefined) {
    name = createHash("sha1").update(sql).digest("base64url");
    names.set(sql, name);
  }
  return name;
}

const ignore = () => undefined;

type Client = pg.Pool | pg.PoolClient;

async function run<R>(client: Client, text: string, values: readonly unknown[], name?: string): Promise<R[]> {
  const result = await client.query({ name, text, values: values as unknown[] });
  return result.rows as R[];
}

/** The database of one service. */
export class Database implements Queryable {
  constructor(
    readonly pool: pg.Pool,
    readonly url: string,
  ) {
    // Without a listener a restart of Postgres would end the process (node-postgres #2112).
    pool.on("error", () => undefined);
  }

  query<R = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return run<R>(this.pool, sql, values, nameOf(sql));
  }

  queryOnce<R = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return run<R>(this.pool, sql, values);
  }

  /**
   * Runs `work` in one transaction and commits.
   *
   * @throws Unavailable `database.commit-unknown` with `outcome: unknown` where the answer to COMMIT was lost
   */
  async transaction<R>(work: (tx: Tx) => Promise<R>): Promise<R> {
    const client = await this.pool.connect();
    const effects: (() => void)[] = [];
    let broken: Error | undefined;
    // Between two statements nobody else hears that the connection is lost, and the process would end (node-postgres #2112).
    client.on("error", ignore);
    try {
      await client.query("BEGIN");
      const result = await work({
        inTransaction: true,
        afterCommit: (effect) => void effects.push(effect),
        query: (sql, values = []) => run(client, sql, values, nameOf(sql)),
        queryOnce: (sql, values = []) => run(client, sql, values),
      });
      await client.query("COMMIT").catch((error: unknown) => {
        throw new Unavailable(
          "database.commit-unknown",
          "The change may have been stored: send it again with the same Idempotency-Key.",
          {
            outcome: "unknown",
            cause: isConnectionLoss(error) ? undefined : (error as Error).name,
          },
        );
      });
      for (const effect of effects) effect();
      return result;
    } catch (error) {
      // A client whose rollback fails, or that timed out, must not go back to the pool (node-postgres #3399).
      broken = isConnectionLoss(error)
        ? (error as Error)
        : await client.query("ROLLBACK").then(
            () => undefined,
            (reason: unknown) => reason as Error,
          );
      throw error;
    } finally {
      client.off("error", ignore);
      client.release(broken);
    }
  }

  /** A connection of its own, outside the pool, for LISTEN and for advisory locks of a session. The caller ends it. */
  async direct(): Promise<pg.Client> {
    const client = new pg.Client({ ...connectionOptions(this.url), statement_timeout: 0, query_timeout: 0 });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }
}

/** True where Postgres is away, is starting or stopping, or cut the wait: the same work may succeed later. */
export function isTransient(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code ?? "";
  return isConnectionLoss(error) || /^(08|40|53|57)/.test(code) || code === "55P03" || code === "25P03";
}

function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code ?? "";
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/.test(code) ||
    /^57P0|^08/.test(code) ||
    /Connection terminated|timeout exceeded|Query read timeout|not queryable/i.test(error.message)
  );
}

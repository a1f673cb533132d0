import pg from "pg";
import { ANSWER_LIMIT } from "./batch.ts";
import type { Queryable, Tx } from "./queryable.ts";
import { isConnectionLoss, nameOf, run } from "./statement.ts";
import { Transaction } from "./transaction.ts";

/** How long anything may wait, in milliseconds; `ANSWER_LIMIT` is above them, so that the server answers first. */
export const TIMEOUTS = { connect: 2_000, lock: 2_000, statement: 5_000 } as const;

pg.types.setTypeParser(pg.types.builtins.DATE, (day) => day);

/** Options of a pg connection of this product. */
export function connectionOptions(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: TIMEOUTS.connect,
    statement_timeout: TIMEOUTS.statement,
    lock_timeout: TIMEOUTS.lock,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    options: "-c timezone=UTC -c datestyle=ISO",
    // Statements that do not wait for each other are on their way together.
    pipeline: true,
  };
}

const ignore = () => undefined;

/** The database of one service. */
export class Database implements Queryable {
  /** @param answerLimit for how long a connection may be silent while an answer is due, in milliseconds */
  constructor(
    readonly pool: pg.Pool,
    readonly url: string,
    readonly answerLimit: number = ANSWER_LIMIT,
  ) {
    // Without a listener a restart of Postgres would end the process (node-postgres #2112).
    pool.on("error", () => undefined);
  }

  query<R = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return run<R>(this, nameOf(sql), sql, values);
  }

  queryOnce<R = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return run<R>(this, undefined, sql, values);
  }

  /**
   * Runs `work` in one transaction and commits.
   *
   * @throws Unavailable `database.commit-unknown` with `outcome: unknown` where the answer to COMMIT was lost
   */
  async transaction<R>(work: (tx: Tx) => Promise<R>): Promise<R> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    // Between two statements nobody else hears that the connection is lost, and the process would end (node-postgres #2112).
    client.on("error", ignore);
    const transaction = new Transaction(client, this.answerLimit);
    try {
      const result = await work(transaction);
      await transaction.commit();
      return result;
    } catch (error) {
      // A client whose rollback fails, or that timed out, must not go back to the pool (node-postgres #3399).
      broken = isConnectionLoss(error)
        ? (error as Error)
        : await transaction.rollback().then(
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
    const client = new pg.Client({ ...connectionOptions(this.url), statement_timeout: 0 });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }
}

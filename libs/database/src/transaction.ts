import { Unavailable } from "@kehu/contracts";
import type { PoolClient } from "pg";
import type { Duplex } from "node:stream";
import type { Tx } from "./queryable.ts";
import { isConnectionLoss, run } from "./statement.ts";

const ignore = () => undefined;

/**
 * A transaction on a client of the pool. Its statements are pipelined: one that is sent before the last is answered
 * saves the wait between, and fails with it, as the server refuses every statement after an error. Nothing waits for
 * BEGIN either: it fails with its connection only.
 */
export class Transaction implements Tx {
  readonly inTransaction = true;
  private readonly begun: Promise<unknown>;
  private readonly unawaited: Promise<unknown>[] = [];
  private readonly effects: (() => void)[] = [];
  private failure: Error | undefined;

  constructor(private readonly client: PoolClient) {
    this.gather();
    this.begun = client.query("BEGIN");
    this.begun.catch((error: unknown) => (this.failure ??= error as Error));
  }

  query<R>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.send<R>(sql, values, true);
  }

  queryOnce<R>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.send<R>(sql, values, false);
  }

  queue(sql: string, values: readonly string[]): void {
    const sent = this.query(sql, values);
    sent.catch(ignore);
    this.unawaited.push(sent);
  }

  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }

  /** @throws Unavailable `database.commit-unknown` where the answer to COMMIT was lost */
  async commit(): Promise<void> {
    await this.begun;
    this.gather();
    const committed = this.client.query("COMMIT").catch((error: unknown) => {
      throw commitUnknown(error);
    });
    // After an error of its last statements the server takes COMMIT for ROLLBACK.
    const refusals = this.unawaited.map((sent) =>
      sent.catch((error: unknown) => {
        throw isConnectionLoss(error) ? commitUnknown(error) : error;
      }),
    );
    await Promise.all([...refusals, committed]);
    for (const effect of this.effects) effect();
  }

  /** Has all statements of this moment go out in one write: a system call costs as much as a small statement. */
  private gather(): void {
    const { stream } = (this.client as unknown as { connection: { stream: Duplex } }).connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  private async send<R>(sql: string, values: readonly unknown[], prepared: boolean): Promise<R[]> {
    if (this.failure) throw this.failure;
    this.gather();
    try {
      return await run<R>(this.client, sql, values, prepared);
    } catch (error) {
      // Those behind the one that failed fail with its error, whichever of them the caller hears of first.
      if (!isRefusal(error)) this.failure = error as Error;
      throw this.failure ?? error;
    }
  }
}

/** "current transaction is aborted, commands ignored until end of transaction block" */
const isRefusal = (error: unknown) => (error as { code?: string }).code === "25P02";

function commitUnknown(error: unknown): Unavailable {
  return new Unavailable(
    "database.commit-unknown",
    "The change may have been stored: send it again with the same Idempotency-Key.",
    { outcome: "unknown", cause: isConnectionLoss(error) ? undefined : (error as Error).name },
  );
}

import { Unavailable } from "@kehu/contracts";
import type { PoolClient } from "pg";
import { Batch, type Statement } from "./batch.ts";
import type { Tx } from "./queryable.ts";
import { isConnectionLoss, nameOf } from "./statement.ts";

const ignore = () => undefined;

/**
 * A transaction on a client of the pool. What is sent before anything is awaited goes to the server as one batch, the
 * first with BEGIN before it, the last with COMMIT behind. A statement that fails makes all fail that were sent after
 * it, as the server refuses every statement after an error.
 */
export class Transaction implements Tx {
  readonly inTransaction = true;
  private batch: Statement[] = [];
  private readonly unawaited: Promise<unknown>[] = [];
  private readonly effects: (() => void)[] = [];
  private failure: Error | undefined;

  constructor(
    private readonly client: PoolClient,
    private readonly answerLimit: number,
  ) {
    this.send("BEGIN", [], true).catch(ignore);
  }

  query<R>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.send<R>(sql, values, true);
  }

  queryOnce<R>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.send<R>(sql, values, false);
  }

  queue<R>(sql: string, values: readonly unknown[]): Promise<R[]> {
    const sent = this.query<R>(sql, values);
    sent.catch(ignore);
    this.unawaited.push(sent);
    return sent;
  }

  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }

  /** @throws Unavailable `database.commit-unknown` where the answer to COMMIT was lost */
  async commit(): Promise<void> {
    if (this.failure) throw this.failure;
    const committed = this.send("COMMIT", [], true);
    await Promise.all([...this.unawaited, committed]).catch((error: unknown) => {
      throw isConnectionLoss(error) ? commitUnknown(error) : error;
    });
    for (const effect of this.effects) effect();
  }

  async rollback(): Promise<void> {
    this.flush();
    await new Promise<void>((resolve, reject) => {
      const settle = (error: Error | undefined) => (error ? reject(error) : resolve());
      this.give([{ name: undefined, text: "ROLLBACK", values: [], settle }]);
    });
  }

  private send<R>(text: string, values: readonly unknown[], prepared: boolean): Promise<R[]> {
    if (this.failure) return Promise.reject(this.failure);
    if (this.batch.length === 0) process.nextTick(() => this.flush());
    return new Promise((resolve, reject) => {
      const settle = (error: Error | undefined, rows: unknown[]) => {
        if (!error) return resolve(rows as R[]);
        // Of a statement in a later batch the server says only that one before it failed.
        this.failure ??= error;
        reject(this.failure);
      };
      this.batch.push({ name: prepared ? nameOf(text) : undefined, text, values, settle });
    });
  }

  private flush(): void {
    if (this.batch.length === 0) return;
    this.give(this.batch);
    this.batch = [];
  }

  private give(statements: readonly Statement[]): void {
    this.client.query(new Batch(statements, this.answerLimit), ignore);
  }
}

function commitUnknown(error: unknown): Unavailable {
  return new Unavailable(
    "database.commit-unknown",
    "The change may have been stored: send it again with the same Idempotency-Key.",
    { outcome: "unknown", cause: isConnectionLoss(error) ? undefined : (error as Error).name },
  );
}

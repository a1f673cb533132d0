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
  /**
   * Sends a statement whose answer the work does not need: COMMIT goes right behind it, and the transaction fails where
   * it does.
   *
   * @returns the rows; who awaits them before the work returns gives the advantage away
   */
  queue<R = Record<string, unknown>>(sql: string, values: readonly unknown[]): Promise<R[]>;
  /** Has `effect` run once this transaction is committed, never if it is not. It must not throw. */
  afterCommit(effect: () => void): void;
}

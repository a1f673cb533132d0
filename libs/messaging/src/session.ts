import type { Database } from "@kehu/database";
import type { Client } from "pg";

/**
 * After this long without a word the server ends the session, and with it its locks: so another replica takes over
 * from a process that is paused. A live one speaks at least every `PING_EVERY`. In milliseconds.
 */
const SILENCE_LIMIT = 10_000;
const PING_EVERY = 3_000;
/** Longer than any statement may take: the network is gone. */
const ANSWER_LIMIT = 15_000;

/** One life of the session's connection. Locks that it got are held as long as it lives. */
export class Connection {
  private readonly locks = new Set<string>();
  private readonly names = new Map<string, string>();
  private last: Promise<unknown> = Promise.resolve();
  private spokeAt = performance.now();
  private readonly ping: NodeJS.Timeout;
  private lost = false;

  constructor(
    private readonly client: Client,
    private readonly onLost: () => void,
  ) {
    client.on("end", () => this.lose());
    client.on("error", () => this.lose());
    this.ping = setInterval(() => {
      if (performance.now() - this.spokeAt >= PING_EVERY) this.query("SELECT 1").catch(() => undefined);
    }, PING_EVERY).unref();
  }

  get alive(): boolean {
    return !this.lost;
  }

  /** Runs one prepared statement, after those that were asked for before. */
  query<R = Record<string, unknown>>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    const answer = this.last.then(() => this.send<R>(text, values));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  /** Tries to get the lock of that name, unless it is held already. @returns whether this connection holds it */
  async lock(name: string): Promise<boolean> {
    if (this.holds(name)) return true;
    const sql = "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked";
    const [row] = await this.query<{ locked: boolean }>(sql, [name]);
    if (row?.locked) this.locks.add(name);
    return this.holds(name);
  }

  holds(name: string): boolean {
    return this.alive && this.locks.has(name);
  }

  async end(): Promise<void> {
    this.lose();
    await this.client.end().catch(() => undefined);
  }

  private async send<R>(text: string, values: readonly unknown[]): Promise<R[]> {
    if (this.lost) throw Object.assign(new Error("Connection terminated"), { code: "08006" });
    this.spokeAt = performance.now();
    try {
      const config = { name: this.nameOf(text), text, values: [...values], query_timeout: ANSWER_LIMIT };
      const { rows } = await this.client.query(config);
      return rows as R[];
    } catch (error) {
      // Anything but an answer of the server leaves the connection in a state that nobody knows.
      if (!("severity" in (error as object))) void this.end();
      throw error;
    }
  }

  private nameOf(text: string): string {
    const name = this.names.get(text) ?? `session_${this.names.size}`;
    this.names.set(text, name);
    return name;
  }

  private lose(): void {
    if (this.lost) return;
    this.lost = true;
    clearInterval(this.ping);
    this.onLost();
  }
}

/**
 * The one connection that a process has outside its pool. It hears notifications, and it holds the locks that make one
 * replica of several the active one.
 */
export class Session {
  private readonly listeners = new Map<string, (payload: string) => void>();
  private current: Promise<Connection> | null = null;
  private closed = false;

  constructor(private readonly database: Database) {}

  /** The connection; a new one when the last is lost. @throws when Postgres is away or the session is closed */
  connection(): Promise<Connection> {
    this.current ??= this.connect().catch((error: unknown) => {
      this.current = null;
      throw error;
    });
    return this.current;
  }

  /** Has `listener` called for each notification on the channel, and once after each time that some may have been missed. */
  async listen(channel: string, listener: (payload: string) => void): Promise<void> {
    this.listeners.set(channel, listener);
    const connection = await this.current?.catch(() => null);
    if (connection?.alive) await connection.query(`LISTEN "${channel}"`);
  }

  async close(): Promise<void> {
    this.closed = true;
    const connection = await this.current?.catch(() => null);
    await connection?.end();
  }

  private async connect(): Promise<Connection> {
    if (this.closed) throw new Error("The session is closed.");
    const client = await this.database.direct();
    client.on("notification", ({ channel, payload }) => this.listeners.get(channel)?.(payload ?? ""));
    const connection = new Connection(client, () => (this.current = null));
    await connection.query(`SELECT set_config('idle_session_timeout', '${SILENCE_LIMIT}', false),
      set_config('tcp_user_timeout', '${SILENCE_LIMIT}', false), set_config('statement_timeout', '${SILENCE_LIMIT}', false)`);
    // Plans are made while the queues are empty, and have to be right when they are long: by index, always.
    await connection.query(
      "SELECT set_config('enable_seqscan', 'off', false), set_config('enable_sort', 'off', false)",
    );
    for (const channel of this.listeners.keys()) await connection.query(`LISTEN "${channel}"`);
    for (const listener of this.listeners.values()) listener("");
    return connection;
  }
}

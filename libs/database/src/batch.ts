import pg from "pg";
import type { Connection } from "pg";

/** A statement of a batch. */
export interface Statement {
  /** Under which the server keeps it prepared; undefined: it does not. */
  name: string | undefined;
  text: string;
  values: readonly unknown[];
  /** Called once, with the rows or with why there are none. */
  settle: (error: Error | undefined, rows: unknown[]) => void;
}

/** What pg's client calls of a query, which its types leave out. */
interface Part {
  name: string | undefined;
  text: string;
  submit(connection: Connection): Error | null;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
  handleReadyForQuery(connection: Connection): void;
  handleError(error: Error, connection: Connection): void;
}

const Query = pg.Query as unknown as new (
  text: string,
  values: readonly unknown[],
  callback: (error: Error | undefined, result?: { rows: unknown[] }) => void,
) => Part;

const quieted = new WeakMap<Connection, Connection>();

/** The connection as it is, but that it sends no Sync. */
function quiet(connection: Connection): Connection {
  let known = quieted.get(connection);
  if (!known) {
    known = Object.create(connection, { sync: { value: () => undefined } }) as Connection;
    quieted.set(connection, known);
  }
  return known;
}

/**
 * Statements as one query of pg: they go out together and end with one Sync. In pg's own pipeline each has a Sync, where
 * the server sends its answer at once: every statement would wake both processes. After one that fails the server passes
 * over those behind it; they fail with its error.
 */
export class Batch extends Query {
  private readonly parts: Part[];
  /** The part that the server answers next. */
  private at = 0;
  private failure: Error | undefined;

  constructor(statements: readonly Statement[]) {
    super("", [], () => undefined);
    this.parts = statements.map(({ name, text, values, settle }) => {
      const part = new Query(text, values, (error, result) => {
        this.failure ??= error ?? undefined;
        settle(this.failure, result?.rows ?? []);
      });
      return Object.assign(part, { name, queryMode: "extended" });
    });
    this.turnTo(0);
  }

  override submit(connection: Connection): null {
    const withoutSync = quiet(connection);
    connection.stream.cork();
    for (const part of this.parts) part.submit(withoutSync);
    (connection as unknown as { sync(): void }).sync();
    // With a value that cannot be sent, the others must not go without it.
    if (this.failure) connection.stream.destroy(this.failure);
    connection.stream.uncork();
    return null;
  }

  override handleRowDescription(message: unknown): void {
    this.parts[this.at]!.handleRowDescription(message);
  }

  override handleDataRow(message: unknown): void {
    this.parts[this.at]!.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    const part = this.parts[this.at]!;
    part.handleCommandComplete(message, connection);
    this.turnTo(this.at + 1);
    part.handleReadyForQuery(connection);
  }

  override handleError(error: Error, connection: Connection): void {
    const { submittedNamedStatements: submitted } = connection as unknown as {
      submittedNamedStatements: Record<string, string>;
    };
    const failed = this.parts.slice(this.at);
    this.turnTo(this.parts.length);
    for (const part of failed) {
      if (part.name !== undefined) delete submitted[part.name]; // the server may not have come to it
      part.handleError(error, connection);
    }
    super.handleError(error, connection);
  }

  /** By name and text the client knows which statement the server has parsed. */
  private turnTo(index: number): void {
    this.at = index;
    this.name = this.parts[index]?.name;
    this.text = this.parts[index]?.text ?? "";
  }
}

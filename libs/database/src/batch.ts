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
interface Submitted {
  name: string | undefined;
  text: string;
  submit(connection: Connection): Error | null;
  handleRowDescription(message: { fields: readonly { name: string; dataTypeID: number }[] }): void;
  handleDataRow(message: { fields: readonly (string | null)[] }): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
  handleReadyForQuery(connection: Connection): void;
  handleError(error: Error, connection: Connection): void;
}

/**
 * After this long without an answer a connection is given up; in milliseconds. pg's own `query_timeout` wraps the callback
 * of each query: a sixth of all that a list makes then came into V8's old generation, and to collect it took a third of the
 * processor time of lists.
 */
export const ANSWER_LIMIT = 6_000;

const Query = pg.Query as unknown as new (
  text: string,
  values: readonly unknown[],
  callback?: (error: Error | undefined) => void,
) => Submitted;

/** What pg's connection does besides, which its types leave out. */
interface Sending extends Connection {
  _send(message: Uint8Array): void;
  describe(portal: object): void;
  sync(): void;
  submittedNamedStatements: Record<string, string>;
}

/** How a row is read from what the server sends. */
type Shape = readonly { name: string; read: (text: string) => unknown }[];

const readerOf = (type: number) => pg.types.getTypeParser(type, "text") as Shape[number]["read"];

/** A connection as batches use it. */
interface Outlet {
  /** The connection, but that it gathers what it is to send, sends no Sync and asks for no shape that is known. */
  connection: Sending;
  gathered: Uint8Array[];
  /** By the names of prepared statements. While a statement is prepared the server lets its shape not change. */
  shapes: Map<string, Shape>;
  /** The shape of the statement that is sent now is known. */
  isKnown: boolean;
  /** The last batch that was sent, until it is answered: those before it are answered first. */
  unanswered: Batch | undefined;
  /** Starts anew with each batch. */
  limit: NodeJS.Timeout;
}

const outlets = new WeakMap<Connection, Outlet>();

function outletOf(connection: Connection, answerLimit: number): Outlet {
  let outlet = outlets.get(connection);
  if (!outlet) {
    const gathering = Object.assign(Object.create(connection) as Sending, {
      _send: (message: Uint8Array) => void made.gathered.push(message),
      sync: () => undefined,
      describe: (portal: object) => made.isKnown || (connection as Sending).describe.call(gathering, portal),
    });
    const giveUp = () => {
      if (made.unanswered) connection.stream.destroy(new Error("Query read timeout: the server does not answer"));
    };
    const limit = setTimeout(giveUp, answerLimit).unref();
    const made: Outlet = {
      connection: gathering,
      gathered: [],
      shapes: new Map(),
      isKnown: false,
      unanswered: undefined,
      limit,
    };
    outlets.set(connection, (outlet = made));
  }
  return outlet;
}

/** A statement on its way. */
class Part extends Query {
  shape: Shape = [];
  readonly found: unknown[] = [];

  constructor(
    { name, text, values }: Statement,
    readonly settle: (error?: Error) => void,
  ) {
    super(text, values, settle);
    Object.assign(this, { name, queryMode: "extended" });
  }

  read(values: readonly (string | null)[]): void {
    const row: Record<string, unknown> = {};
    this.shape.forEach(({ name, read }, index) => {
      const value = values[index] as string | null;
      row[name] = value === null ? null : read(value);
    });
    this.found.push(row);
  }
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
  private outlet: Outlet | undefined;

  constructor(
    statements: readonly Statement[],
    private readonly answerLimit: number,
  ) {
    super("", []);
    this.parts = statements.map((statement) => {
      const part = new Part(statement, (error) => {
        this.failure ??= error ?? undefined;
        statement.settle(this.failure, part.found);
      });
      return part;
    });
    this.turnTo(0);
  }

  override submit(connection: Connection): null {
    const outlet = outletOf(connection, this.answerLimit);
    this.outlet = outlet;
    for (const part of this.parts) {
      const shape = part.name === undefined ? undefined : outlet.shapes.get(part.name);
      outlet.isKnown = shape !== undefined;
      part.shape = shape ?? [];
      part.submit(outlet.connection);
    }
    (connection as Sending).sync.call(outlet.connection);
    const messages = outlet.gathered.splice(0);
    // With a value that cannot be sent, the others must not go without it.
    if (this.failure) connection.stream.destroy(this.failure);
    else if (connection.stream.writable) connection.stream.write(Buffer.concat(messages));
    outlet.unanswered = this;
    outlet.limit.refresh();
    return null;
  }

  override handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    const part = this.parts[this.at]!;
    part.shape = fields.map(({ name, dataTypeID }) => ({ name, read: readerOf(dataTypeID) }));
    if (part.name !== undefined) this.outlet?.shapes.set(part.name, part.shape);
  }

  override handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    this.parts[this.at]!.read(fields);
  }

  override handleCommandComplete(): void {
    const part = this.parts[this.at]!;
    this.turnTo(this.at + 1);
    part.settle();
  }

  override handleError(error: Error, connection: Connection): void {
    const { submittedNamedStatements: submitted } = connection as Sending;
    const failed = this.parts.slice(this.at);
    this.turnTo(this.parts.length);
    for (const part of failed) {
      if (part.name !== undefined) delete submitted[part.name]; // the server may not have come to it
      part.settle(error);
    }
    this.beAnswered();
    super.handleError(error, connection);
  }

  override handleReadyForQuery(connection: Connection): void {
    this.beAnswered();
    super.handleReadyForQuery(connection);
  }

  private beAnswered(): void {
    if (this.outlet?.unanswered === this) this.outlet.unanswered = undefined;
  }

  /** By name and text the client knows which statement the server has parsed. */
  private turnTo(index: number): void {
    this.at = index;
    this.name = this.parts[index]?.name;
    this.text = this.parts[index]?.text ?? "";
  }
}

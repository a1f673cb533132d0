import type { Data, FileTable, Remark, Row } from "./mapping.ts";

/** A row that is ready to go to Kehu. */
export interface Item {
  readonly row: Row;
  readonly key: string;
  /** What Kehu is told, external id included. */
  readonly data: Data;
  /** The operation as it goes over the wire. */
  readonly json: string;
  readonly warnings: readonly Remark[];
}

/** What became of a row. */
export interface Settled {
  readonly outcome: "created" | "updated" | "unchanged" | "failed";
  /** Id of its record, where there is one. */
  readonly id: string | null;
  readonly errors: readonly Remark[];
  readonly warnings: readonly Remark[];
}

/** Where rows go. */
export interface Destination {
  /** @returns what became of each, in their order */
  settle(table: FileTable, items: readonly Item[]): Promise<readonly Settled[]>;
}

/** What one request may carry; the gateway takes 256 KB and 500 operations. */
const OPERATIONS = 500;
const BYTES = 240_000;

/** Puts the rows of a file into batches, and keeps a few of these on their way at once. */
export class Batches {
  private items: Item[] = [];
  private bytes = 0;
  private readonly onTheWay = new Set<Promise<void>>();
  private failure: { error: unknown } | undefined;
  private readonly send: (items: readonly Item[]) => Promise<void>;
  private readonly atOnce: number;

  constructor(send: (items: readonly Item[]) => Promise<void>, atOnce: number) {
    this.send = send;
    this.atOnce = atOnce;
  }

  /** Takes a row; waits while enough are on their way. @throws what `send` threw for an earlier batch */
  async add(item: Item): Promise<void> {
    const size = Buffer.byteLength(item.json) + 1;
    if (this.items.length === OPERATIONS || (this.items.length > 0 && this.bytes + size > BYTES)) await this.dispatch();
    this.items.push(item);
    this.bytes += size;
  }

  /** Sends what is left, and waits until everything has arrived. */
  async end(): Promise<void> {
    if (this.items.length > 0) await this.dispatch();
    await Promise.all(this.onTheWay);
    this.throwFailure();
  }

  private async dispatch(): Promise<void> {
    const { items } = this;
    this.items = [];
    this.bytes = 0;
    while (this.onTheWay.size >= this.atOnce) await Promise.race(this.onTheWay);
    this.throwFailure();
    const sending = this.send(items)
      .catch((error: unknown) => void (this.failure ??= { error }))
      .finally(() => this.onTheWay.delete(sending));
    this.onTheWay.add(sending);
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }
}

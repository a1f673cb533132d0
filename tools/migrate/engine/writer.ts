import { createHash, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Destination, Item, Settled } from "./batches.ts";
import { Refused, type Client } from "./client.ts";
import type { FileTable, Remark } from "./mapping.ts";

interface FieldError {
  field: string;
  code: string;
  message: string;
}

interface BulkResult {
  outcome: Settled["outcome"];
  id: string | null;
  warnings: FieldError[];
  errors: FieldError[];
}

/** Kehu cannot read the request as it is; one of its rows is the reason. */
const UNFIT = [400, 413, 422];
const PAUSE_MS = { first: 200, longest: 3_000 };

/** Sends rows to the bulk operation of their resource. */
export class Writer implements Destination {
  private readonly client: Client;
  private readonly patience: number;
  private readonly run = randomUUID();

  /** @param patience milliseconds to wait for a record that another service has made and this one has not heard of */
  constructor(client: Client, patience: number) {
    this.client = client;
    this.patience = patience;
  }

  async settle(table: FileTable, items: readonly Item[]): Promise<readonly Settled[]> {
    const settled = new Map<Item, Settled>();
    const end = Date.now() + this.patience;
    let open = items;
    for (let attempt = 0; open.length > 0; attempt++) {
      if (attempt > 0) await wait(Math.min(PAUSE_MS.first * attempt, PAUSE_MS.longest));
      const results = await this.send(table, open, attempt);
      open.forEach((item, index) => settled.set(item, settledBy(results[index])));
      open = Date.now() < end ? open.filter((_, index) => isWaiting(results[index])) : [];
    }
    return items.map((item) => settled.get(item) ?? settledBy(undefined));
  }

  private async send(table: FileTable, items: readonly Item[], attempt: number): Promise<BulkResult[]> {
    const body = `{"origin":"import","operations":[${items.map(({ json }) => json).join(",")}]}`;
    const key = createHash("sha256").update(`${this.run} ${table.file} ${attempt} ${body}`).digest("base64url");
    try {
      const { results } = await this.client.post<{ results: BulkResult[] }>(`/v1/${table.resource}/bulk`, body, key);
      return results;
    } catch (error) {
      if (!(error instanceof Refused) || !UNFIT.includes(error.status)) throw error;
      if (items.length === 1)
        return [
          {
            outcome: "failed",
            id: null,
            warnings: [],
            errors: [{ field: "", code: error.code, message: error.message }],
          },
        ];
      const half = Math.ceil(items.length / 2);
      return [
        ...(await this.send(table, items.slice(0, half), attempt)),
        ...(await this.send(table, items.slice(half), attempt)),
      ];
    }
  }
}

/** What it refers to exists, but word of it has not come to this service yet. */
function isWaiting(result: BulkResult | undefined): boolean {
  return (
    result?.outcome === "failed" &&
    result.errors.length > 0 &&
    result.errors.every(({ code }) => code === "reference.not-yet-known")
  );
}

function settledBy(result: BulkResult | undefined): Settled {
  if (!result) throw new Error("Kehu answered fewer results than there were operations.");
  const remarks = (errors: readonly FieldError[]): Remark[] =>
    errors.map(({ field, code, message }) => ({ code, message, column: field }));
  return { ...result, errors: remarks(result.errors), warnings: remarks(result.warnings) };
}

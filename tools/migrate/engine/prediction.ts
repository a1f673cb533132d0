import type { Destination, Item, Settled } from "./destination.ts";
import type { FileTable } from "./mapping.ts";
import type { View } from "./records.ts";

/** Says what would become of rows, and writes nothing. */
export class Prediction implements Destination {
  private readonly existing = new Map<string, View>();

  /** Learns of a record that Kehu has. */
  learn(type: string, key: string, record: View): void {
    this.existing.set(`${type} ${key}`, record);
  }

  progress(): number {
    return 1;
  }

  async *settle(table: FileTable, items: AsyncIterable<Item>): AsyncGenerator<Settled> {
    for await (const item of items) yield this.settleOne(table.type, item);
  }

  private settleOne(type: string, { key, data }: Item): Settled {
    const record = this.existing.get(`${type} ${key}`);
    if (!record) return { outcome: "created", id: `new ${type} ${key}`, errors: [] };
    const outcome = agrees({ ...data, externalIds: undefined }, record) ? "unchanged" : "updated";
    return { outcome, id: record.id, errors: [] };
  }
}

/** Whether Kehu shows what it is told; what it shows besides, and what it does not show, is no matter. */
function agrees(told: unknown, shown: unknown): boolean {
  if (told === undefined || shown === undefined || told === shown) return true;
  if (Array.isArray(told) && Array.isArray(shown)) {
    return told.length === shown.length && told.every((one, index) => agrees(one, shown[index]));
  }
  if (typeof told === "object" && told !== null && typeof shown === "object" && shown !== null) {
    return Object.entries(told).every(([name, value]) => agrees(value, (shown as Record<string, unknown>)[name]));
  }
  return typeof told === "string" && typeof shown === "string" && isSameInstant(told, shown);
}

function isSameInstant(one: string, other: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T/.test(one) && Date.parse(one) === Date.parse(other);
}

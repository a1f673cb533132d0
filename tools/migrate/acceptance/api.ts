import { Client, type Login } from "../engine/client.ts";
import { ReadRecords, type View } from "../engine/records.ts";

interface MetricAnswer {
  rows: Record<string, string | number | null>[];
  total: string | number | null;
}

const PATIENCE_MS = 60_000;

/** Asks a running Kehu for numbers, as a person would. */
export class Api {
  private readonly client: Client;
  private readonly records: ReadRecords;

  constructor(url: string, login: Login) {
    this.client = new Client(url, login, PATIENCE_MS, () => undefined);
    this.records = new ReadRecords(this.client);
  }

  /** @returns the number as a whole */
  async total(metric: string): Promise<string | number | null> {
    return (await this.client.get<MetricAnswer>(`/v1/metrics/${metric}`)).total;
  }

  /** @returns the number by group; "" is the group of those without a value */
  async groups(metric: string, groupBy: string, name = groupBy): Promise<Record<string, string | number | null>> {
    const { rows } = await this.client.get<MetricAnswer>(`/v1/metrics/${metric}?groupBy=${groupBy}`);
    return Object.fromEntries(rows.map((row) => [row[name] ?? "", row["value"] ?? null]));
  }

  /** @returns how many records a list has */
  async count(list: string): Promise<number> {
    const sign = list.includes("?") ? "&" : "?";
    const { page } = await this.client.get<{ page: { total: number } }>(`/v1/${list}${sign}limit=1&count=exact`);
    return page.total;
  }

  /** All records of a resource, or of another path that pages like one. */
  async all(path: string): Promise<View[]> {
    const found: View[] = [];
    for await (const record of this.records.all(path)) found.push(record);
    return found;
  }

  /** Every entry of a timeline. */
  async timeline(path: string): Promise<{ type: string }[]> {
    const entries: { type: string }[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const place: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await this.client.get<{ data: { type: string }[]; page: { nextCursor: string | null } }>(
        `/v1/${path}/timeline?limit=200${place}`,
      );
      entries.push(...answer.data);
      cursor = answer.page.nextCursor;
    }
    return entries;
  }
}

import type { Client } from "./client.ts";
import type { Data, FileTable } from "./mapping.ts";

/** A record as Kehu shows it. */
export type View = Data & { id: string };

interface Page {
  data: View[];
  page: { nextCursor: string | null };
}

/** What Kehu has. */
export interface Records {
  /** All records of a resource. */
  all(resource: string): AsyncIterable<View>;
}

/** Reads records through the gateway. */
export class ReadRecords implements Records {
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async *all(resource: string): AsyncGenerator<View> {
    let cursor: string | null = null;
    do {
      const place: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { data, page } = await this.client.get<Page>(`/v1/${resource}?sort=id&limit=200${place}`);
      yield* data;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }
}

/** @returns the keys of a record in another system */
export function keysOf(record: View, system: string): string[] {
  const names = (record["externalIds"] ?? []) as { system: string; id: string }[];
  return names.filter((name) => name.system === system).map(({ id }) => id);
}

/** @returns the tables whose records others refer to */
export function referredTo(tables: readonly FileTable[], among: readonly FileTable[]): FileTable[] {
  const types = new Set(tables.flatMap(({ fields }) => Object.values(fields).flatMap(({ refersTo = [] }) => refersTo)));
  return among.filter(({ type }) => types.has(type));
}

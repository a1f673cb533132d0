import { rowScope, type RequestContext } from "@kehu/auth";
import { RuleViolation } from "@kehu/contracts";
import type { Database } from "@kehu/database";
import type { PersonalData } from "@kehu/personal-data";
import { Values } from "../caller-sql.ts";
import type { ListQuery } from "../list-query.ts";
import type { RecordLists } from "../record-lists.ts";
import type { Resource } from "../resource.ts";
import { orderBySql, stretchesOf } from "../sort.ts";
import { shapeView, viewColumns, type RecordView } from "../view.ts";
import { exportPermission } from "./export-reach.ts";

/** Rows that are in memory at a time. */
const PAGE = 500;
/** Records of a file, at most. */
export const MOST_ROWS = 1_000_000;
/** Systems of external ids of which a file has a column. */
const MOST_SYSTEMS = 100;

type Client = Awaited<ReturnType<Database["direct"]>>;

/** What is to be read. */
export interface Wanted {
  /** With the fields of the company. */
  resource: Resource;
  query: Pick<ListQuery, "where" | "q" | "sort">;
  who: RequestContext;
}

interface Parts {
  database: Database;
  lists: RecordLists;
  personal: PersonalData;
  /** Ends the reading, whatever it is at. */
  signal: AbortSignal;
}

/**
 * The records of one export, as they were at one moment: what both the scope of reading and that of exporting allow, page by
 * page of a cursor within one snapshot, on a connection of its own, because it may take minutes.
 */
export class ExportRows {
  private constructor(
    private readonly client: Client,
    /** Which transactions it has seen. */
    readonly snapshot: string,
    private readonly wanted: Wanted,
    private readonly lists: RecordLists,
    private readonly personal: PersonalData,
  ) {}

  /**
   * Opens the snapshot for `work`, and closes it behind it.
   *
   * @throws Forbidden where the caller may not read or not export
   */
  static async during<R>(
    { database, lists, personal, signal }: Parts,
    wanted: Wanted,
    work: (rows: ExportRows) => Promise<R>,
  ): Promise<R> {
    const client = await database.direct();
    // A statement that runs then fails.
    const stop = () => void client.end().catch(() => undefined);
    signal.addEventListener("abort", stop, { once: true });
    try {
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      // All rows are wanted, not the first ones soon.
      await client.query("SET LOCAL cursor_tuple_fraction = 1");
      const { rows } = await client.query<{ snapshot: string }>("SELECT pg_current_snapshot()::text AS snapshot");
      return await work(new ExportRows(client, rows[0]!.snapshot, wanted, lists, personal));
    } finally {
      signal.removeEventListener("abort", stop);
      await client.end().catch(() => undefined);
    }
  }

  /**
   * @returns the systems in which the records have ids
   * @throws RuleViolation `export.too-large`
   */
  async systems(): Promise<string[]> {
    const values = new Values();
    const condition = await this.condition(values);
    const { rows } = await this.client.query<{ system: string }>(
      `SELECT DISTINCT entry->>'system' AS system FROM ${this.wanted.resource.table} t
       CROSS JOIN LATERAL jsonb_array_elements(t.external_ids) AS entry
       WHERE t.external_ids <> '[]' AND ${condition} ORDER BY 1 LIMIT ${MOST_SYSTEMS + 1}`,
      values.list,
    );
    if (rows.length > MOST_SYSTEMS)
      throw new RuleViolation(
        "export.too-large",
        `The records have ids in more than ${MOST_SYSTEMS} systems. Ask for fields without externalIds.`,
      );
    return rows.map(({ system }) => system);
  }

  /** @throws RuleViolation `export.too-large` */
  async *views(): AsyncGenerator<RecordView> {
    const { resource, query } = this.wanted;
    let left = MOST_ROWS;
    for (const { from, where, keys } of stretchesOf(resource.table, query.sort)) {
      const values = new Values();
      const { columns } = viewColumns(resource, this.wanted.who, values.bind);
      const condition = await this.condition(values);
      await this.client.query(
        `DECLARE exported NO SCROLL CURSOR FOR SELECT ${columns} FROM ${from}
         WHERE ${condition} AND (${where}) ORDER BY ${orderBySql(keys)}`,
        values.list,
      );
      for (let full = true; full;) {
        const { rows } = await this.client.query<Record<string, unknown>>(`FETCH ${PAGE} FROM exported`);
        left -= rows.length;
        if (left < 0)
          throw new RuleViolation("export.too-large", `A file has at most ${MOST_ROWS} records. Ask for fewer.`);
        for (const row of rows) yield shapeView(resource, row, this.wanted.who, this.personal);
        full = rows.length === PAGE;
      }
      await this.client.query("CLOSE exported");
    }
  }

  private condition(values: Values): Promise<string> {
    const { resource, query, who } = this.wanted;
    const [read, taken] = [resource.permissions.read, exportPermission(resource)].map((permission) =>
      rowScope(who, permission, "t", values.bind),
    );
    return this.lists.condition(resource, query, `${read!} AND ${taken!}`, who, values);
  }
}

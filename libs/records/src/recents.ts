import type { RequestContext } from "@kehu/auth";
import { Database, rowset } from "@kehu/database";
import { Injectable, Logger, type OnModuleDestroy } from "@nestjs/common";
import { Values } from "./caller-sql.ts";
import { Clock } from "./clock.ts";
import { KeptRecords } from "./kept-records.ts";
import type { Page } from "./record-lists.ts";
import type { Resource } from "./resource.ts";

/** Between a request and the row that remembers it. */
const WRITE_AFTER_MS = 1_000;
/** How long one look at a record counts for all that follow. */
const ONCE_IN_MS = 60_000;
/** Rows that are kept of a person and resource: some of those that are shown may be out of his reach by then. */
const KEPT = 100;
/** What is remembered of the last minute; of how many people and resources looks wait. Beyond that they are forgotten. */
const MOST_REMEMBERED = 50_000;
const MOST_WAITING = 1_000;

const ROW = { user_id: "uuid", resource: "text", record_id: "uuid", at: "timestamptz" } as const;

type Row = { user_id: string; resource: string; record_id: string; at: Date };

/**
 * The records that people looked at or changed last. No request waits for a row: they are noted in memory and written
 * together, so that the end of a process may cost the last second of them.
 */
@Injectable()
export class Recents implements OnModuleDestroy {
  private readonly logger = new Logger(Recents.name);
  private readonly followed = new Set<string>();
  private readonly noted = new Map<string, number>();
  /** By person and resource, those that were noted last behind the others; no more of each than are kept. */
  private waiting = new Map<string, Map<string, Row>>();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly database: Database,
    private readonly kept: KeptRecords,
    private readonly clock: Clock,
  ) {}

  /** Remembers the records of a resource from now on. */
  follow(resource: Resource): void {
    this.followed.add(resource.name);
  }

  /** Notes that somebody has just seen or changed a record; what programs do is not noted. */
  note({ name }: Pick<Resource, "name">, id: string, { actorType, actorId }: RequestContext): void {
    if (actorType !== "user" || this.isClosed || !this.followed.has(name)) return;
    const now = this.clock.now();
    const key = `${actorId} ${id}`;
    if (now.getTime() - (this.noted.get(key) ?? -Infinity) < ONCE_IN_MS) return;
    if (this.noted.size >= MOST_REMEMBERED) this.noted.clear();
    this.noted.set(key, now.getTime());
    this.wait({ user_id: actorId, resource: name, record_id: id, at: now });
    this.timer ??= setTimeout(() => void this.write(), WRITE_AFTER_MS).unref();
  }

  private wait(row: Row): void {
    const list = `${row.user_id} ${row.resource}`;
    const rows = this.waiting.get(list) ?? new Map<string, Row>();
    if (rows.size === 0 && this.waiting.size >= MOST_WAITING) return;
    this.waiting.set(list, rows);
    rows.delete(row.record_id);
    rows.set(row.record_id, row);
    const [oldest] = rows.keys();
    if (rows.size > KEPT) rows.delete(oldest!);
  }

  /** Those that the caller reaches now, the last first. */
  list(resource: Resource, query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<Page> {
    return this.kept.page("recent", resource, query, who);
  }

  async onModuleDestroy(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.write();
  }

  private async write(): Promise<void> {
    this.timer = undefined;
    const rows = [...this.waiting.values()].flatMap((list) => [...list.values()]);
    this.waiting = new Map();
    if (rows.length === 0) return;
    try {
      await this.upsert(rows);
      await this.trim(rows);
    } catch (error) {
      this.logger.warn(`${rows.length} looks at records are forgotten: ${(error as Error).message}`);
    }
  }

  /** In the order of the key: two processes that write the same rows wait for each other, and do not lock each other out. */
  private upsert(rows: readonly Row[]): Promise<unknown> {
    const values = new Values();
    return this.database.query(
      `INSERT INTO recent (user_id, resource, record_id, at)
       SELECT * FROM ${rowset(ROW, rows, values.bind)} ORDER BY user_id, resource, record_id
       ON CONFLICT (user_id, resource, record_id) DO UPDATE SET at = greatest(recent.at, excluded.at)`,
      values.list,
    );
  }

  private trim(rows: readonly Row[]): Promise<unknown> {
    const values = new Values();
    return this.database.query(
      `DELETE FROM recent USING (
         SELECT k.user_id, k.resource, k.record_id,
                row_number() OVER (PARTITION BY k.user_id, k.resource ORDER BY k.at DESC, k.record_id DESC) AS n
         FROM recent k JOIN (SELECT DISTINCT user_id, resource FROM ${rowset(ROW, rows, values.bind)}) o USING (user_id, resource)
       ) old WHERE old.n > ${KEPT} AND recent.user_id = old.user_id AND recent.resource = old.resource
         AND recent.record_id = old.record_id`,
      values.list,
    );
  }
}

import { rowScope, type Permission, type RequestContext } from "@kehu/auth";
import { Database } from "@kehu/database";
import { CursorSigner, fieldsFor, parsePaging, RecordQueries, Values, type Page, type Resource } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { INTERACTIONS } from "../interactions/interactions.resource.ts";
import { TASKS } from "../tasks/tasks.resource.ts";

/** What happened with a customer, or is to happen. */
export interface TimelineEntry {
  type: "interaction" | "task";
  id: string;
  at: Date;
  subject: string | null;
  ownerId: string | null;
  ownerName: string | null;
  /** Of an interaction. */
  kind?: string;
  direction?: string | null;
  purpose?: string | null;
  outcome?: string | null;
  endedAt?: Date | null;
  durationSeconds?: number | null;
  /** Of a task. */
  status?: string | null;
  dueAt?: Date | null;
  completedAt?: Date | null;
}

/** A kind of record that stands in timelines. */
interface Source {
  type: TimelineEntry["type"];
  resource: Resource;
  permission: Permission;
  table: string;
  /** The table of its links, their column of its id, and that of its place in time. */
  links: string;
  id: string;
  at: string;
  /** The field that this place is; where it is hidden the order would tell of it. */
  time: string;
  summary: string;
}

const SOURCES: readonly Source[] = [
  {
    type: "interaction",
    resource: INTERACTIONS,
    permission: "customer.interaction.read",
    table: "interaction",
    links: "interaction_link",
    id: "interaction_id",
    at: "occurred_at",
    time: "occurredAt",
    summary: `t.kind, t.direction, t.purpose, t.outcome, t.ended_at AS "endedAt", t.duration_seconds AS "durationSeconds"`,
  },
  {
    type: "task",
    resource: TASKS,
    permission: "customer.task.read",
    table: "task",
    links: "task_link",
    id: "task_id",
    at: "at",
    time: "dueAt",
    summary: `t.status, t.due_at AS "dueAt", t.completed_at AS "completedAt"`,
  },
];

/** The records whose links make up a timeline, by the type of the record that it is of; `$1` is that record's id. */
const ABOUT: Readonly<Record<string, string>> = {
  account: `SELECT 'account' AS type, $1::uuid AS id
    UNION ALL SELECT 'contact', c.id FROM contact c WHERE c.account_id = $1 AND c.deleted_at IS NULL`,
  contact: `SELECT 'contact' AS type, $1::uuid AS id`,
};

/** A place in a timeline. */
type Place = readonly [at: string, id: string];

/** What is linked to a record, newest first, each kind within the scope of its own permission. */
@Injectable()
export class TimelinesQueries {
  constructor(
    private readonly database: Database,
    private readonly records: RecordQueries,
    private readonly cursors: CursorSigner,
  ) {}

  /**
   * @param query `limit` and `cursor`
   * @throws NotFound for a record out of the caller's scope
   */
  async of(
    resource: Resource,
    id: string,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Page<TimelineEntry>> {
    const { limit, cursor } = parsePaging(query);
    await this.records.get(resource, id, who);
    const binding = ["timeline", id, who.actorType, who.actorId];
    const place = cursor === null ? null : (this.cursors.read(cursor, binding) as unknown as Place);
    const granted = SOURCES.filter(
      ({ resource: shown, permission, time }) => permission in who.grants && time in fieldsFor(shown, who),
    );
    const found = await Promise.all(granted.map((source) => this.entries(source, resource, id, place, limit + 1, who)));
    const entries = found
      .flat()
      .sort(newestFirst)
      .slice(0, limit + 1);
    const hasMore = entries.length > limit;
    const data = entries.slice(0, limit);
    const last = data.at(-1);
    const nextCursor = hasMore && last ? this.cursors.sign([last.at.toISOString(), last.id], binding) : null;
    return { data, page: { nextCursor, hasMore } };
  }

  /** Reads of each record that the timeline is about no more than the page can hold, by the index of the links. */
  private async entries(
    { type, resource: shown, permission, table, links, id: key, at, summary }: Source,
    resource: Resource,
    id: string,
    place: Place | null,
    limit: number,
    who: RequestContext,
  ): Promise<TimelineEntry[]> {
    const open = fieldsFor(shown, who);
    const hides = Object.keys(shown.fields).filter((name) => !Object.hasOwn(open, name));
    const values = new Values();
    values.bind(id);
    const most = values.bind(limit);
    const scope = rowScope(who, permission, "t", values.bind);
    const before = place
      ? `AND (l.${at}, l.${key}) < (${values.bind(place[0])}::timestamptz, ${values.bind(place[1])}::uuid)`
      : "";
    const found = await this.database.query<TimelineEntry>(
      `WITH about AS (${ABOUT[resource.type]!}), entry AS (
         SELECT DISTINCT e.at, e.id FROM about CROSS JOIN LATERAL (
           SELECT l.${at} AS at, l.${key} AS id FROM ${links} l JOIN ${table} t ON t.id = l.${key}
           WHERE l.record_type = about.type AND l.record_id = about.id ${before} AND (${scope})
           ORDER BY l.${at} DESC, l.${key} DESC LIMIT ${most}) e
         ORDER BY e.at DESC, e.id DESC LIMIT ${most})
       SELECT '${type}' AS type, entry.id, entry.at, t.subject, t.owner_id AS "ownerId", u.name AS "ownerName", ${summary}
       FROM entry JOIN ${table} t ON t.id = entry.id LEFT JOIN user_copy u ON u.id = t.owner_id`,
      values.list,
    );
    return hides.length ? found.map((entry) => without(entry, hides)) : found;
  }
}

function without(entry: TimelineEntry, names: readonly string[]): TimelineEntry {
  const shown = Object.entries(entry).filter(([name]) => !names.includes(name));
  return Object.fromEntries(shown) as unknown as TimelineEntry;
}

function newestFirst(a: TimelineEntry, b: TimelineEntry): number {
  return b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1);
}

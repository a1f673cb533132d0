import type { RequestContext } from "@kehu/auth";
import { Database } from "@kehu/database";
import { CursorSigner, PAGING, parsePaging, Values, type Page } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { conditionOf, parseChosen, type Chosen } from "./audit-query.ts";
import type { Outcome } from "./entry.ts";

/** An entry as the API shows it. */
export interface EntryView {
  id: string;
  /** When it happened. */
  at: Date;
  /** When it was entered: later by as much as the event was on its way. */
  recordedAt: Date;
  /** Type of the event, or what else was done. */
  action: string;
  outcome: Outcome;
  /** Null where nobody knows who it was. */
  actor: { type: string; id: string; name: string | null } | null;
  sessionId: string | null;
  /** From where the request came; null for what Kehu did by itself. */
  address: string | null;
  requestId: string | null;
  /** Of a refusal: what was asked, and what was answered. */
  method: string | null;
  path: string | null;
  status: number | null;
  code: string | null;
  record: { type: string | null; id: string } | null;
  version: number | null;
  /** Names of the fields that changed. */
  changed: string[] | null;
  eventId: string | null;
}

interface Row extends Omit<EntryView, "actor" | "record"> {
  actorType: string | null;
  actorId: string | null;
  actorName: string | null;
  recordType: string | null;
  recordId: string | null;
}

/** A place in the list: time and id of an entry. */
type Place = readonly [at: string, id: string];

const COLUMNS = `e.id, e.at, e.recorded_at AS "recordedAt", e.action, e.outcome, e.actor_type AS "actorType",
  e.actor_id AS "actorId", u.name AS "actorName", e.session_id AS "sessionId", e.address, e.request_id AS "requestId",
  e.method, e.path, e.status, e.code, e.record_type AS "recordType", e.record_id AS "recordId", e.version, e.changed,
  e.event_id AS "eventId"`;

const UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

/** The audit trail, newest first. */
@Injectable()
export class AuditEntriesQueries {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorSigner,
  ) {}

  async list(query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<Page<EntryView>> {
    const isPaging = ([name]: [string, unknown]) => Object.hasOwn(PAGING, name);
    const parameters = Object.entries(query);
    const { limit, cursor } = parsePaging(Object.fromEntries(parameters.filter(isPaging)));
    const chosen = parseChosen(Object.fromEntries(parameters.filter((one) => !isPaging(one))));
    const binding = ["audit-entries", chosen, who.actorType, who.actorId];
    const place = cursor === null ? null : (this.cursors.read(cursor, binding) as unknown as Place);
    const entries = await this.after(chosen, place, limit + 1);
    const hasMore = entries.length > limit;
    const shown = hasMore ? entries.slice(0, limit) : entries;
    const nextCursor = hasMore ? this.cursors.sign(placeOf(shown.at(-1)!), binding) : null;
    return { data: shown, page: { nextCursor, hasMore } };
  }

  /** All that are chosen, in pages, each read when the one before it has gone. */
  async *pages(chosen: Chosen, size: number): AsyncGenerator<EntryView[]> {
    for (let place: Place | null = null; ;) {
      const entries: EntryView[] = await this.after(chosen, place, size);
      if (entries.length > 0) yield entries;
      if (entries.length < size) return;
      place = placeOf(entries.at(-1)!);
    }
  }

  private async after(chosen: Chosen, place: Place | null, limit: number): Promise<EntryView[]> {
    const values = new Values();
    const { bind } = values;
    const behind = place ? ` AND (e.at, e.id) < (${bind(place[0])}::timestamptz, ${bind(place[1])}::bigint)` : "";
    const rows = await this.database.queryOnce<Row>(
      `SELECT ${COLUMNS} FROM audit_entry e
       LEFT JOIN app_user u ON u.id = CASE WHEN e.actor_type = 'user' AND e.actor_id ~ '${UUID}' THEN e.actor_id::uuid END
       WHERE ${conditionOf(chosen, bind)}${behind} ORDER BY e.at DESC, e.id DESC LIMIT ${bind(limit)}`,
      values.list,
    );
    return rows.map(viewOf);
  }
}

const placeOf = ({ at, id }: EntryView): Place => [at.toISOString(), id];

function viewOf({ actorType, actorId, actorName, recordType, recordId, ...entry }: Row): EntryView {
  return {
    ...entry,
    actor: actorType !== null && actorId !== null ? { type: actorType, id: actorId, name: actorName } : null,
    record: recordId === null ? null : { type: recordType, id: recordId },
  };
}

import { rowScope, type RequestContext } from "@kehu/auth";
import { NotFound } from "@kehu/contracts";
import { Database, type Queryable } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { CursorSigner } from "./cursor.ts";
import { CustomFields } from "./custom-fields.ts";
import { fieldsFor, hiddenNames } from "./field-rules.ts";
import { parsePaging } from "./list-query.ts";
import type { Page } from "./record-lists.ts";
import type { Resource } from "./resource.ts";
import { historyPlace, personalIn } from "./sealing.ts";
import { Values } from "./caller-sql.ts";

/** One entry of a record's history: a field that changed, or a fact about the whole record. */
export interface HistoryEntry {
  event: string;
  version: number;
  field: string | null;
  before: unknown;
  after: unknown;
  at: Date;
  actor: { type: string; id: string; name: string | null };
  origin: string;
  jobId: string | null;
}

interface Sealed {
  enc: string;
}

type Row = Omit<HistoryEntry, "actor"> & {
  seq: string;
  recordId: string;
  actorType: string;
  actorId: string;
  actorName: string | null;
};

const ENTRIES = `
  SELECT h.seq, h.record_id AS "recordId", h.event_type AS event, h.version, h.field, h.before, h.after, h.at, h.origin,
         h.job_id AS "jobId", h.actor_type AS "actorType", h.actor_id AS "actorId", u.name AS "actorName"
  FROM history h LEFT JOIN user_copy u ON h.actor_type <> 'system' AND u.id::text = h.actor_id`;

/** Who changed what in a record, newest first. */
@Injectable()
export class History {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorSigner,
    private readonly personal: PersonalData,
    private readonly custom: CustomFields,
  ) {}

  /**
   * @param query `limit` and `cursor`
   * @throws NotFound for a record out of the caller's scope; a deleted record's history stays readable
   */
  async of(
    declared: Resource,
    id: string,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Page<HistoryEntry>> {
    const { limit, cursor } = parsePaging(query);
    const resource = await this.custom.of(declared);
    await this.mustReach(resource, id, who);
    const binding = ["history", id, who.actorId];
    const before = cursor === null ? null : this.cursors.read(cursor, binding)[0];
    const open = fieldsFor(resource, who);
    const closed = Object.keys(resource.fields).filter((name) => !Object.hasOwn(open, name));
    const hidden = [...closed, ...hiddenNames(resource, who)];
    const rows = await this.database.query<Row>(
      `${ENTRIES}
       WHERE h.record_id = $1 AND ($2::bigint IS NULL OR h.seq < $2) AND h.field = ANY($4) IS NOT TRUE
       AND (split_part(h.field, '.', 1) = 'custom' AND 'custom' = ANY($4)) IS NOT TRUE
       ORDER BY h.seq DESC LIMIT $3`,
      [id, before, limit + 1, hidden],
    );
    const hasMore = rows.length > limit;
    const shown = hasMore ? rows.slice(0, limit) : rows;
    await openEntries(this.database, this.personal, resource, shown);
    return {
      data: shown.map(shape),
      page: { nextCursor: hasMore ? this.cursors.sign([shown.at(-1)!.seq], binding) : null, hasMore },
    };
  }

  private async mustReach(resource: Resource, id: string, who: RequestContext): Promise<void> {
    const values = new Values();
    const scope = rowScope(who, resource.permissions.read, "t", values.bind);
    const found = await this.database.query(
      `SELECT 1 FROM ${resource.table} t WHERE t.id = ${values.bind(id)} AND (${scope})`,
      values.list,
    );
    if (found.length === 0) throw new NotFound();
  }
}

function shape({ seq: _seq, recordId: _recordId, actorType, actorId, actorName, ...entry }: Row): HistoryEntry {
  return { ...entry, actor: { type: actorType, id: actorId, name: actorName } };
}

/** Decrypts what is personal; of an erased person nothing is left. */
async function openEntries(
  queryable: Queryable,
  personal: PersonalData,
  resource: Resource,
  rows: readonly Row[],
): Promise<void> {
  const isPersonal = personalIn(resource);
  const sealed = rows
    .filter(({ field }) => field !== null && isPersonal(field))
    .flatMap((row) => (["before", "after"] as const).map((side) => ({ row, side, kept: row[side] as Sealed | null })))
    .filter((one): one is typeof one & { kept: Sealed } => one.kept !== null);
  const opened = await personal.openAll(
    queryable,
    sealed.map(({ row, kept }) => ({ value: kept.enc, place: historyPlace(row.recordId, row.field!) })),
  );
  sealed.forEach(({ row, side }, index) => (row[side] = opened[index]));
}

/** A place behind an entry: its record and its number. */
type Behind = readonly [recordId: string, seq: string];

/**
 * The history of many records of a resource, decrypted, whoever they belong to.
 *
 * @returns pages of at most `size` entries, each read when the one before it was taken
 */
export async function* historyPages(
  database: Database,
  personal: PersonalData,
  resource: Resource,
  ids: readonly string[],
  size: number,
): AsyncGenerator<(HistoryEntry & { recordId: string })[]> {
  for (let behind: Behind = ["00000000-0000-0000-0000-000000000000", "0"]; ;) {
    const rows: Row[] = await database.queryOnce<Row>(
      `${ENTRIES} WHERE h.record_id = ANY($1) AND (h.record_id, h.seq) > ($2::uuid, $3::bigint)
       ORDER BY h.record_id, h.seq LIMIT $4`,
      [ids, ...behind, size],
    );
    await openEntries(database, personal, resource, rows);
    if (rows.length > 0) yield rows.map((row) => ({ recordId: row.recordId, ...shape(row) }));
    if (rows.length < size) return;
    const last = rows.at(-1)!;
    behind = [last.recordId, last.seq];
  }
}

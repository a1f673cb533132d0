import type { PlacedRow } from "@kehu/auth";
import type { Collaborator } from "@kehu/contracts";
import type { Queryable, Tx } from "@kehu/database";
import type { KnownPlaces, ToldChange, Word } from "./told-changes.ts";

/** A change as readers judge it: with the places of its owner and pool as they are now. */
export interface ChangeRow {
  seq: number;
  concept: string;
  recordId: string;
  version: number;
  change: Word;
  fields: readonly string[];
  at: Date;
  actorType: string;
  actorId: string;
  after: PlacedRow;
  /** Null where it is the same as after. */
  before: PlacedRow | null;
}

/** A part of the table, and the number of the last change that there is; of one moment. */
export interface Stretch {
  rows: ChangeRow[];
  last: number;
}

const PLACES = `
  SELECT id, version, owner_id AS "ownerId", team_id AS "teamId", collaborators FROM change_place
  WHERE id = ANY($1)`;

/** The numbers are given last, as the row of the feed is locked from here until the commit. */
const APPEND = `
  WITH given AS (
    INSERT INTO change_feed AS feed (last_seq) VALUES ($2)
    ON CONFLICT (id) DO UPDATE SET last_seq = feed.last_seq + excluded.last_seq RETURNING last_seq - $2 AS before
  )
  INSERT INTO record_change (seq, concept, record_id, version, change, fields, at, actor_type, actor_id,
    owner_id, team_id, collaborators, before_owner_id, before_team_id, before_collaborators)
  SELECT given.before + r.n, r.concept, r."recordId", r.version, r.change, r.fields, r.at, r."actorType", r."actorId",
    (r.after->>'ownerId')::uuid, (r.after->>'teamId')::uuid, r.after->'collaborators',
    (r.before->>'ownerId')::uuid, (r.before->>'teamId')::uuid, r.before->'collaborators'
  FROM given, json_to_recordset($1) AS r (n bigint, concept text, "recordId" uuid, version integer, change text,
    fields text[], at timestamptz, "actorType" text, "actorId" text, after jsonb, before jsonb)`;

const STRETCH = `
  SELECT f.last, c.* FROM (SELECT coalesce((SELECT last_seq FROM change_feed), 0) AS last) f LEFT JOIN LATERAL (
    SELECT c.seq, c.concept, c.record_id, c.version, c.change, c.fields, c.at, c.actor_type, c.actor_id,
      c.owner_id, o.team_id AS owner_team_id, o.team_path AS owner_team_path, c.team_id, t.path AS team_path, c.collaborators,
      c.before_owner_id, b.team_id AS before_owner_team_id, b.team_path AS before_owner_team_path,
      c.before_team_id, p.path AS before_team_path, c.before_collaborators
    FROM record_change c
    LEFT JOIN app_user o ON o.id = c.owner_id LEFT JOIN team t ON t.id = c.team_id
    LEFT JOIN app_user b ON b.id = c.before_owner_id LEFT JOIN team p ON p.id = c.before_team_id
    WHERE c.seq > $1 ORDER BY c.seq LIMIT $2
  ) c ON true ORDER BY c.seq`;

interface PlaceColumns {
  owner_id: string | null;
  owner_team_id: string | null;
  owner_team_path: string | null;
  team_id: string | null;
  team_path: string | null;
}

type Row = PlaceColumns & {
  [column in keyof PlaceColumns as `before_${column}`]: PlaceColumns[column];
} & {
  last: string;
  seq: string | null;
  concept: string;
  record_id: string;
  version: number;
  change: Word;
  fields: string[];
  at: Date;
  actor_type: string;
  actor_id: string;
  collaborators: Collaborator[];
  before_collaborators: Collaborator[] | null;
};

/** Where records are as far as events have told. No other event of these is on its way here: they come in their order. */
export async function placesOf(tx: Tx, ids: readonly string[]): Promise<KnownPlaces> {
  const rows = await tx.query<{
    id: string;
    version: number;
    ownerId: string | null;
    teamId: string | null;
    collaborators: Collaborator[];
  }>(PLACES, [ids]);
  return new Map(rows.map(({ id, ...place }) => [id, place]));
}

/** Forgets who reached records that are gone for good. */
export async function forgetPlaces(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.query("DELETE FROM change_place WHERE id = ANY($1)", [ids]);
}

/** Adds changes, in their order. The last thing that a transaction does: others wait for its end. */
export async function append(tx: Tx, changes: readonly ToldChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(APPEND, [JSON.stringify(changes.map((change, n) => ({ ...change, n: n + 1 }))), changes.length]);
}

/** The changes behind a number, at most `limit`. */
export async function stretchAfter(database: Queryable, seq: number, limit: number): Promise<Stretch> {
  // Planned each time: a plan from the days when there were few changes would read all of them.
  const rows = await database.queryOnce<Row>(STRETCH, [seq, limit]);
  return { rows: rows.filter(({ seq }) => seq !== null).map(changeOf), last: Number(rows[0]!.last) };
}

/** @returns true where changes behind a number are gone, or the number was never given here (a restored backup) */
export function isTorn(seq: number, { rows: [first], last }: Stretch): boolean {
  return first ? first.seq !== seq + 1 : seq !== last;
}

function changeOf(row: Row): ChangeRow {
  const { before_collaborators: before } = row;
  return {
    seq: Number(row.seq),
    concept: row.concept,
    recordId: row.record_id,
    version: row.version,
    change: row.change,
    fields: row.fields,
    at: row.at,
    actorType: row.actor_type,
    actorId: row.actor_id,
    after: {
      ownerId: row.owner_id,
      ownerTeamId: row.owner_team_id,
      ownerTeamPath: row.owner_team_path,
      teamId: row.team_id,
      teamPath: row.team_path,
      collaborators: row.collaborators,
    },
    before: before && {
      ownerId: row.before_owner_id,
      ownerTeamId: row.before_owner_team_id,
      ownerTeamPath: row.before_owner_team_path,
      teamId: row.before_team_id,
      teamPath: row.before_team_path,
      collaborators: before,
    },
  };
}

import { EVENTS, type AnyEnvelope, type Collaborator, type EventType } from "@kehu/contracts";
import type { VersionedRow } from "@kehu/messaging";
import { isDeepStrictEqual } from "node:util";
import { conceptOf } from "./kinds.ts";

/** What decides who reaches a record. */
export interface Place {
  ownerId: string | null;
  teamId: string | null;
  collaborators: readonly Collaborator[];
}

export const WORDS = ["created", "updated", "deleted", "restored", "erased"] as const;
export type Word = (typeof WORDS)[number];

/** A row of the table of changes, without its number. */
export interface ToldChange {
  concept: string;
  recordId: string;
  version: number;
  change: Word;
  fields: readonly string[];
  at: string;
  actorType: string;
  actorId: string;
  after: Place;
  /** Null where it is the same as after. */
  before: Place | null;
}

interface State {
  ownerId: string | null;
  teamId?: string | null;
  collaborators?: readonly Collaborator[];
  deletedAt: string | null;
}

/** Where a record is as far as events have told. */
export type KnownPlaces = Map<string, Place & { version: number }>;

/**
 * What events tell that is newer than what is known: a change each, but for snapshots, in which nothing happened, and for the
 * purge of a record, as its deletion was told. What is older changes nothing: the newer event told of the whole record.
 *
 * @param events in their order
 * @param known by the ids of the records; brought up to date
 * @returns the changes, and the ids of records whose place was told
 */
export function changesOf(
  events: readonly AnyEnvelope[],
  known: KnownPlaces,
): { changes: ToldChange[]; ids: string[] } {
  const changes: ToldChange[] = [];
  const ids = new Set<string>();
  for (const event of events) {
    const { subject, aggregateversion: version } = event;
    const before = known.get(subject);
    const isSnapshot = event.type.endsWith(".snapshot");
    if (before && (isSnapshot ? version < before.version : version <= before.version)) continue;
    const state = stateOf(event);
    if (!state) {
      ids.delete(subject);
      continue;
    }
    const after = placeOf(state);
    if (!isSnapshot) changes.push(changeOf(event, state, after, before ?? fromOf(event, after)));
    known.set(subject, { ...after, version });
    ids.add(subject);
  }
  return { changes, ids: [...ids] };
}

/** The places of some records as rows of their table. */
export function placeRows(known: KnownPlaces, ids: readonly string[]): VersionedRow[] {
  return ids.map((id) => {
    const { version, ownerId, teamId, collaborators } = known.get(id)!;
    return { id, version, owner_id: ownerId, team_id: teamId, collaborators };
  });
}

const stateOf = ({ type, data }: AnyEnvelope) => data[EVENTS[type as EventType].concept] as State | undefined;

/** A user has a team, too, which is no pool: what people own has collaborators. */
function placeOf({ ownerId, teamId = null, collaborators }: State): Place {
  return collaborators ? { ownerId, teamId, collaborators } : { ownerId, teamId: null, collaborators: [] };
}

/** Of a record that was never told of, its event may know who had it before. */
function fromOf({ type, data }: AnyEnvelope, after: Place): Place | null {
  return type.endsWith(".owner-changed") ? { ...after, ownerId: data["from"] as string | null, teamId: null } : null;
}

function changeOf(event: AnyEnvelope, state: State, after: Place, before: Place | null): ToldChange {
  return {
    concept: conceptOf(event.type),
    recordId: event.subject,
    version: event.aggregateversion,
    change: wordOf(event, state),
    fields: event.data["changed"] as string[],
    at: event.time,
    actorType: event.actortype,
    actorId: event.actorid,
    after,
    before: before && isMoved(before, after) ? onlyPlace(before) : null,
  };
}

/** Most changes move nothing. */
function isMoved(before: Place, after: Place): boolean {
  if (before.ownerId !== after.ownerId || before.teamId !== after.teamId) return true;
  if (before.collaborators.length === 0 && after.collaborators.length === 0) return false;
  return !isDeepStrictEqual(before.collaborators, after.collaborators);
}

const onlyPlace = ({ ownerId, teamId, collaborators }: Place): Place => ({ ownerId, teamId, collaborators });

/** Whatever else happens to a deleted record, it is deleted; but that a person is erased concerns all that is kept of him. */
function wordOf({ type, aggregateversion }: AnyEnvelope, { deletedAt }: State): Word {
  const verb = type.slice(type.lastIndexOf(".") + 1);
  if (verb === "erased") return "erased";
  if (deletedAt !== null) return "deleted";
  if (aggregateversion === 1) return "created";
  return WORDS.find((word) => word === verb) ?? "updated";
}

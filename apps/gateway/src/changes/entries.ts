import { isWithinScope } from "@kehu/auth";
import { ALWAYS_OPEN } from "@kehu/records";
import { PART_OF } from "../roles/field-rules.ts";
import type { ChangeRow } from "./change-table.ts";
import type { Follower } from "./reach.ts";
import type { Word } from "./told-changes.ts";

/** A change as it is told. */
export interface ChangeView {
  /** Last part of the record's path: `accounts`. */
  kind: string;
  id: string;
  /** The record's version after the change. */
  version: number;
  /** `gone`: the record has left the caller's reach, and no more is said. `created`: it is new, or new to him. */
  change: Word | "gone";
  /** Names of the fields that changed, as far as he may see them. */
  fields: string[];
  at: Date;
  /** Null where the record is gone. */
  actor: { type: string; id: string } | null;
}

/**
 * What rows tell a follower, by what he may see now. Of several changes of one record the last is told, with the fields of
 * all, in its place.
 */
export class Entries {
  private readonly byRecord = new Map<string, ChangeView>();

  /** @param most how many there may be */
  constructor(
    private readonly follower: Follower,
    private readonly most = Infinity,
  ) {}

  /** Takes the next row. @returns false where it would be one entry too many: it was not taken */
  add(row: ChangeRow): boolean {
    const entry = entryOf(this.follower, row);
    if (!entry) return true;
    const key = `${entry.kind}/${entry.id}`;
    const earlier = this.byRecord.get(key);
    if (!earlier && this.byRecord.size >= this.most) return false;
    this.byRecord.delete(key);
    this.byRecord.set(key, earlier ? joined(earlier, entry) : entry);
    return true;
  }

  list(): ChangeView[] {
    return [...this.byRecord.values()];
  }
}

function entryOf(follower: Follower, row: ChangeRow): ChangeView | null {
  const { who, kinds } = follower;
  const kind = kinds.get(row.concept);
  if (!kind) return null;
  const sees = isWithinScope(who, kind.read, row.after);
  const saw = row.before ? isWithinScope(who, kind.read, row.before) : sees;
  const entry = { kind: kind.name, id: row.recordId, version: row.version, at: row.at };
  if (!sees) return saw ? { ...entry, change: "gone", fields: [], actor: null } : null;
  if (!saw && row.change === "deleted") return null;
  const fields = row.fields.filter((field) => isOpen(follower, row.concept, field));
  if (saw && row.change === "updated" && row.fields.length > 0 && fields.length === 0) return null;
  const change = saw ? row.change : "created";
  return { ...entry, change, fields, actor: { type: row.actorType, id: row.actorId } };
}

function isOpen({ closed }: Follower, concept: string, field: string): boolean {
  const rules = closed[concept];
  if (!rules || ALWAYS_OPEN.has(field)) return true;
  // `custom` closes every field that the company has added: `custom.region`.
  const whole = field.replace(/\..*$/, "");
  return ![field, whole, ...(PART_OF[concept]?.[field] ?? [])].some((name) => rules[name] === "hidden");
}

/** An update behind something that is more than an update does not make it less, and nothing brings an erased person back. */
function joined(earlier: ChangeView, later: ChangeView): ChangeView {
  if (later.change === "gone") return later;
  const fields = [...new Set([...earlier.fields, ...later.fields])];
  if (earlier.change === "erased") return { ...later, fields, change: "erased" };
  if (later.change === "deleted") return later;
  const isMore = later.change === "updated" && earlier.change !== "gone" && earlier.change !== "deleted";
  return { ...later, fields, change: isMore ? earlier.change : later.change };
}

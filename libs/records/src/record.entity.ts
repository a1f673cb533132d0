import { EVENTS, type DomainEvent, type EventType, type ExternalId } from "@kehu/contracts";
import { isDeepStrictEqual } from "node:util";
import { Column, PrimaryColumn } from "typeorm";

/** The public state that every record's events carry. */
export interface PublicState {
  id: string;
  ownerId: string | null;
  externalIds: ExternalId[];
  createdAt: string;
  updatedAt: string;
  deletedAt: string | null;
}

/** Stored as a whole number of a currency's smallest unit. */
export const bigintColumn = {
  type: "bigint",
  transformer: {
    from: (stored: string | null) => (stored === null ? null : BigInt(stored)),
    to: (value: bigint | null) => value?.toString() ?? null,
  },
} as const;

/**
 * What every record has. A record changes only inside `Records.change`, `create` and `bulk`; each of its methods that
 * changes it returns the events that say so, and takes the time as an argument.
 */
export abstract class RecordEntity {
  @PrimaryColumn("uuid") id: string;
  /** Rises by one with every event; the ETag. 0 before the first. */
  @Column("integer") version: number;
  @Column("uuid", { name: "owner_id", nullable: true }) ownerId: string | null;
  @Column("timestamptz", { name: "created_at" }) createdAt: Date;
  @Column("timestamptz", { name: "updated_at" }) updatedAt: Date;
  @Column("timestamptz", { name: "deleted_at", nullable: true }) deletedAt: Date | null;
  @Column("jsonb", { name: "external_ids" }) externalIds: ExternalId[];

  /** The public state, as events and history show it. */
  abstract state(): PublicState;

  /** Born by a person's or a program's request. `context` is what the resource's `context` loaded. */
  abstract open(data: object, now: Date, context?: unknown): DomainEvent[];

  /** Sets what an import gives: for a new record its whole state, for one that is there what differs. */
  abstract imported(data: object, now: Date, context?: unknown): DomainEvent[];

  /** Applies a merge patch of the fields that people may set (RFC 7396). */
  abstract update(patch: object, now: Date, context?: unknown): DomainEvent[];

  /** @param usage what the resource's `usage` loaded, where an import is taken back */
  abstract remove(now: Date, usage?: unknown): DomainEvent[];
  abstract restore(now: Date): DomainEvent[];

  /** Refuses a state that others do not allow, after a rollback has given it values back. `usage` as for `remove`. */
  mustStand?(usage: unknown): void;

  /** Overwrites what says who the person is, where the record is about one whose name it holds. */
  erase?(now: Date): DomainEvent[];

  /** The part of the public state that all records share. */
  protected base(): PublicState {
    return {
      id: this.id,
      ownerId: this.ownerId,
      externalIds: this.externalIds,
      createdAt: this.createdAt.toISOString(),
      updatedAt: this.updatedAt.toISOString(),
      deletedAt: this.deletedAt?.toISOString() ?? null,
    };
  }
}

/** A record whose row is locked. */
export interface Locked<T extends RecordEntity> {
  record: T;
  writable: boolean;
}

/** A record that changed: its state before (null for a new one) and the events that say what happened. */
export interface Change {
  record: RecordEntity;
  before: PublicState | null;
  events: DomainEvent[];
  /** Its properties before, where they are kept so that a job can be undone. */
  was?: object;
}

/**
 * Reports a fact of a record that has just changed. Raises its version and captures its state.
 *
 * @param type event type, written out in full
 * @param record the record, already changed
 * @param now when Kehu learnt it
 * @param facts what this fact adds to the state (`from`, `reason`)
 */
export function event<T extends EventType>(
  type: T,
  record: RecordEntity,
  now: Date,
  facts?: Record<string, unknown>,
): DomainEvent {
  record.version += 1;
  record.updatedAt = now;
  return {
    type,
    subject: record.id,
    version: record.version,
    time: now,
    data: { changed: [], [EVENTS[type].concept]: record.state(), ...facts },
  };
}

/**
 * Sets the given properties of a record.
 *
 * @param patch named as the record's properties; what is `undefined` is left alone
 * @returns true when something differs from before
 */
export function assign(record: RecordEntity, patch: object): boolean {
  const target = record as unknown as Record<string, unknown>;
  let differs = false;
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (!(key in target)) throw new Error(`${record.constructor.name} has no property ${key}.`);
    if (sameValue(target[key], value)) continue;
    target[key] = value;
    differs = true;
  }
  return differs;
}

/** Equality of column values: dates by instant, lists and objects by content. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  return JSON.stringify(a) === JSON.stringify(b) || isDeepStrictEqual(plain(a), plain(b));
}

/** What of a value is stored: Postgres gives the properties of `jsonb` back in an order of its own. */
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value));

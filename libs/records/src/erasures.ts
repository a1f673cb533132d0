import type { RequestContext } from "@kehu/auth";
import { Database, type Tx } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { Clock } from "./clock.ts";
import type { Change, RecordEntity } from "./record.entity.ts";
import { Records } from "./records.ts";
import type { WriteReply } from "./reply.ts";
import type { Resource } from "./resource.ts";
import { personOf } from "./sealing.ts";

/**
 * Erases persons: destroys their keys, which makes unreadable whatever was sealed with them (events, history, replies,
 * backups), and overwrites what stands plain in the records about them.
 */
@Injectable()
export class Erasures {
  private readonly resources = new Set<Resource>();

  constructor(
    private readonly records: Records,
    private readonly clock: Clock,
    private readonly database: Database,
  ) {}

  /** Lets `follow` reach the records of a resource, where they are about persons and hold more than their keys seal. */
  register(resource: Resource): void {
    const { erase } = resource.entity.prototype as Partial<RecordEntity>;
    if (resource.person && erase) this.resources.add(resource);
  }

  /** Erases the person whom a record is about, with all records of this service about him. Again it changes nothing. */
  async erase(resource: Resource, id: string, who: RequestContext): Promise<WriteReply> {
    const alongside = await this.othersOf(resource, id);
    const decide = async (record: RecordEntity, tx: Tx) => {
      await this.records.rows.destroyKey(tx, resource, record);
      await this.follow(tx, [personOf(resource, record)], who, id);
      return record.erase!(this.clock.now());
    };
    return this.records.change(resource, id, who, decide, { deleted: true, silent: true, alongside });
  }

  /** The other records about the person, so that two erasures of one person lock all of them in one order. */
  private async othersOf(resource: Resource, id: string): Promise<string[]> {
    const found = await this.database.query<{ id: string }>(
      `SELECT o.id FROM ${resource.table} t JOIN ${resource.table} o ON o.person_id = t.person_id AND o.id <> t.id
       WHERE t.id = $1`,
      [id],
    );
    return found.map((other) => other.id);
  }

  /**
   * Erases all records of this service about persons who were erased elsewhere.
   *
   * @param but id of a record that is left to the caller
   */
  async follow(tx: Tx, personIds: readonly string[], who: RequestContext, but?: string): Promise<void> {
    for (const resource of this.resources) {
      const found = await tx.query<{ id: string }>(
        `SELECT id FROM ${resource.table} WHERE person_id = ANY($1) AND id IS DISTINCT FROM $2 ORDER BY id`,
        [personIds, but ?? null],
      );
      if (found.length === 0) continue;
      const everywhere = { ...who, grants: { [resource.permissions.read]: "all", [who.permission]: "all" } } as const;
      const ids = found.map(({ id }) => id);
      const changes: Change[] = [];
      for (const { record } of await this.records.lock(tx, resource, ids, everywhere)) {
        const before = record.state();
        await this.records.rows.destroyKey(tx, resource, record);
        const events = record.erase!(this.clock.now());
        if (events.length > 0) changes.push({ record, before, events });
      }
      await this.records.store(tx, resource, changes, who);
    }
  }
}

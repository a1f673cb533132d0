import { EVENTS, type AnyEnvelope, type EventOf, type EventType } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { OnEvent, upsertNewer, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";
import { append, forgetPlaces, placesOf } from "./change-table.ts";
import { NEWS } from "./feed.service.ts";
import { changesOf, placeRows } from "./told-changes.ts";

/** Makes a row of every change of every service, and remembers who reached the record. */
@Controller()
export class ChangesConsumer {
  private announcing: Promise<unknown> | undefined;

  constructor(private readonly database: Database) {}

  @OnEvent(Object.keys(EVENTS) as EventType[], "changes")
  async enter(events: EventOf<EventType>[], { tx }: EventContext): Promise<void> {
    const envelopes = events as unknown as AnyEnvelope[];
    const known = await placesOf(
      tx,
      envelopes.map(({ subject }) => subject),
    );
    const { changes, ids } = changesOf(envelopes, known);
    const purged = envelopes.filter(({ type }) => type.endsWith(".purged")).map(({ subject }) => subject);
    await forgetPlaces(tx, purged);
    await Promise.all([upsertNewer(tx, "change_place", placeRows(known, ids)), append(tx, changes)]);
    if (changes.length > 0) tx.afterCommit(() => this.announce());
  }

  /** Not within the transaction, where NOTIFY takes a lock of the whole database. Those who miss it poll. */
  private announce(): void {
    this.announcing ??= this.database
      .query("SELECT pg_notify($1, '')", [NEWS])
      .catch(() => undefined)
      .finally(() => (this.announcing = undefined));
  }
}

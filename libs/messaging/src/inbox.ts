import { Unavailable, type EventType } from "@kehu/contracts";
import { isTransient, type Database, type Tx } from "@kehu/database";
import { Logger } from "@nestjs/common";
import { lockKeys, park, parkedKeys, type Parking } from "./dead-letter-table.ts";
import type { EventContext } from "./on-event.ts";
import type { AnyEvent, Received } from "./received.ts";
import type { Delivery } from "./transport.ts";
import { backoff, pause } from "./waiting.ts";

/** A method under `@OnEvent`. */
export interface EventHandler {
  id: string;
  types: readonly EventType[];
  /** It is not told of updates of other fields; undefined: it is told of all. */
  updatesOf: readonly string[] | undefined;
  run(events: AnyEvent[], context: EventContext): Promise<void>;
}

/** How often an event that fails by itself is tried before it is parked. */
const TRIES = 3;

const BEHIND = "event.behind-parked: an earlier event of this record is parked";

/** True where trying again helps and parking would be wrong. */
export function isInfrastructure(error: unknown): boolean {
  return isTransient(error) || error instanceof Unavailable;
}

/** @returns the events that the handler has not done before, in their order; from now on they count as done */
export async function claim(tx: Tx, handler: string, events: readonly AnyEvent[]): Promise<AnyEvent[]> {
  if (events.length === 0) return [];
  const claimed = await tx.query<{ event_id: string }>(
    "INSERT INTO inbox (handler, event_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id",
    [handler, events.map((event) => event.id)],
  );
  const fresh = new Set(claimed.map((row) => row.event_id));
  // `delete`: an id that stands twice in the batch counts once.
  return events.filter((event) => fresh.delete(event.id.toLowerCase()));
}

/** Records that have parked events for the handler. A replay may be finishing with them just now: then it is awaited. */
async function parkedOf(tx: Tx, handler: string, messages: readonly Received[]): Promise<Set<string>> {
  const keys = [...new Set(messages.map(({ key }) => key))];
  const parked = await parkedKeys(tx, handler, keys);
  if (parked.size === 0) return parked;
  await lockKeys(tx, handler, parked);
  return parkedKeys(tx, handler, [...parked]);
}

/** Parts what the handler may have now from what has to wait: defective messages, and all that stand behind a parked one. */
function separate(messages: readonly Received[], parked: Set<string>): { events: AnyEvent[]; parkings: Parking[] } {
  const waiting = new Set(parked);
  const events: AnyEvent[] = [];
  const parkings: Parking[] = [];
  for (const message of messages) {
    const { key, event } = message;
    if (event && !waiting.has(key)) {
      events.push(event);
    } else {
      parkings.push({ message, reason: message.defect ?? BEHIND, attempts: 0 });
      waiting.add(key);
    }
  }
  return { events, parkings };
}

/** Brings events to handlers: each event once, in the transaction of its effect, and in order per record. */
export class Inbox {
  private readonly log = new Logger(Inbox.name);

  constructor(private readonly database: Database) {}

  /**
   * Has the handler work on messages in their order; what it cannot take is parked.
   *
   * @throws what `isInfrastructure` is true for: then the same messages are to be given again
   */
  async deliver(handler: EventHandler, messages: readonly Received[], delivery: Delivery): Promise<void> {
    try {
      await this.attempt(handler, messages);
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      for (const message of messages) {
        await this.deliverOne(handler, message, delivery.stopping);
        await delivery.keepAlive();
      }
    }
  }

  /** One transaction: inbox rows, effect, and the parking of what the handler may not have. */
  private async attempt(handler: EventHandler, messages: readonly Received[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { events, parkings } = separate(messages, await parkedOf(tx, handler.id, messages));
      await park(tx, handler.id, parkings);
      const fresh = await claim(tx, handler.id, events);
      if (fresh.length > 0) await handler.run(fresh, { tx });
    });
  }

  private async deliverOne(handler: EventHandler, message: Received, stopping: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(handler, [message]);
      } catch (error) {
        if (isInfrastructure(error)) throw error;
        if (attempt === TRIES) return await this.giveUp(handler, message, error, attempt);
        await pause(backoff(attempt, 50, 1_000), stopping);
      }
    }
  }

  private async giveUp(handler: EventHandler, message: Received, error: unknown, attempts: number): Promise<void> {
    const { reason, trace } = describe(error);
    this.log.error(`${handler.id} cannot take ${message.position} of ${message.key}: it is parked`);
    await this.database.transaction((tx) => park(tx, handler.id, [{ message, reason, trace, attempts }]));
  }
}

/** What stands in a dead letter about an error. */
export function describe(error: unknown): { reason: string; trace?: string } {
  if (!(error instanceof Error)) return { reason: `handler.failed: ${String(error)}` };
  return { reason: `handler.failed: ${error.message}`, trace: error.stack };
}

import { EVENTS } from "@kehu/contracts";
import { Logger } from "@nestjs/common";
import { isInfrastructure, type EventHandler, type Inbox } from "./inbox.ts";
import { receive, type Received } from "./received.ts";
import type { Delivery, IncomingBatch } from "./transport.ts";
import { backoff, pause } from "./waiting.ts";

/** Shorter than the time after which a broker gives up a consumer that does not speak. In milliseconds. */
const LONGEST_BACKOFF = 3_000;

/** Brings batches of the bus to the handlers of this service. */
export class Consumer {
  private readonly log = new Logger(Consumer.name);
  private readonly byTopic = new Map<string, EventHandler[]>();
  private skipped = 0;

  constructor(
    private readonly inbox: Inbox,
    readonly handlers: ReadonlyMap<string, EventHandler>,
  ) {
    for (const handler of handlers.values()) {
      for (const topic of new Set(handler.types.map((type) => EVENTS[type].topic))) {
        this.byTopic.set(topic, [...(this.byTopic.get(topic) ?? []), handler]);
      }
    }
  }

  get topics(): string[] {
    return [...this.byTopic.keys()];
  }

  /** Events skipped since the start because this version does not know their type. */
  get unknownEvents(): number {
    return this.skipped;
  }

  /**
   * Deals with a batch for good: every handler has had its events, or they are parked for it. While the database is
   * away it waits. @throws when the subscription stops before that; the batch has to come again
   */
  async handle({ topic, messages }: IncomingBatch, delivery: Delivery): Promise<void> {
    const received = messages.map((message) => receive(topic, message));
    const known = received.filter((message) => message !== null);
    this.skipped += received.length - known.length;
    for (const handler of this.byTopic.get(topic) ?? []) {
      const wanted = known.filter((message) => concerns(handler, message));
      if (wanted.length > 0) await this.deliver(handler, wanted, delivery);
      await delivery.keepAlive();
    }
  }

  private async deliver(handler: EventHandler, messages: readonly Received[], delivery: Delivery): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.inbox.deliver(handler, messages, delivery);
      } catch (error) {
        delivery.stopping.throwIfAborted();
        if (failures === 0) this.report(handler, error);
        await pause(backoff(failures, 100, LONGEST_BACKOFF), delivery.stopping);
        await delivery.keepAlive();
      }
    }
  }

  /** Also what is not an error of the infrastructure is tried for ever here: it means that not even parking works. */
  private report(handler: EventHandler, error: unknown): void {
    const message = `${handler.id} waits: ${(error as Error).message}`;
    if (isInfrastructure(error)) this.log.warn(message);
    else this.log.error(message);
  }
}

/** What cannot be read may be for anyone, so every handler of the topic has it parked. */
function concerns({ types, updatesOf }: EventHandler, { type, event }: Received): boolean {
  if (type === null) return true;
  if (!(types as readonly string[]).includes(type)) return false;
  if (!updatesOf || !event || !type.endsWith(".updated")) return true;
  const { changed } = event.data;
  // What names no field may be a change of any.
  return changed.length === 0 || changed.some((field) => updatesOf.includes(field));
}

import type { EventType } from "@kehu/contracts";
import { Inject, Injectable, Logger, type OnModuleDestroy } from "@nestjs/common";
import { Server, type CustomTransportStrategy, type MessageHandler } from "@nestjs/microservices";
import { isObservable, lastValueFrom } from "rxjs";
import { Consumer } from "./consumer.ts";
import { DeadLetters } from "./dead-letters.ts";
import { Inbox, type EventHandler } from "./inbox.ts";
import { MESSAGING, type MessagingOptions } from "./options.ts";
import type { AnyEvent } from "./received.ts";
import { Relay } from "./relay.ts";
import { Session } from "./session.ts";
import { TRANSPORT, type Subscription, type Transport } from "./transport.ts";

/**
 * Carries the events of the bus to the methods under `@OnEvent`, as a microservice of the application:
 * `app.connectMicroservice({ strategy: app.get(BusStrategy) })`, then `app.startAllMicroservices()`.
 *
 * When the application closes it stops the consumers first (onModuleDestroy); after the last request is answered, and
 * before the pool ends, Nest closes the strategy, which publishes the rest of the outbox.
 */
@Injectable()
export class BusStrategy extends Server implements CustomTransportStrategy, OnModuleDestroy {
  override readonly propagatesEventHandlerErrors = true;
  protected override readonly logger = new Logger(BusStrategy.name);
  private consumer: Consumer | null = null;
  private subscription: Subscription | null = null;

  constructor(
    @Inject(MESSAGING) private readonly options: MessagingOptions,
    @Inject(TRANSPORT) private readonly transport: Transport,
    private readonly inbox: Inbox,
    private readonly relay: Relay,
    private readonly session: Session,
    private readonly deadLetters: DeadLetters,
  ) {
    super();
  }

  /** Nest calls this once the controllers are registered. */
  listen(callback: (error?: unknown) => void): void {
    this.relay.start();
    const handlers = new Map([...this.messageHandlers].map(([id, handler]) => [id, adapt(id, handler)]));
    this.consumer = new Consumer(this.inbox, handlers);
    this.deadLetters.serve(handlers);
    if (this.topics.length > 0) {
      this.subscription = this.transport.subscribe(this.group, this.topics, (batch, delivery) =>
        this.consumer!.handle(batch, delivery),
      );
      this.deadLetters.replayAfterUpgrade().catch((error: unknown) => this.logger.error(error));
    }
    callback();
  }

  /** The group of consumers that this service's replicas form. */
  get group(): string {
    return `kehu.${this.options.service}`;
  }

  /** Topics that this service's handlers read. */
  get topics(): string[] {
    return this.consumer?.topics ?? [];
  }

  /** Events skipped since the start because this version does not know their type. */
  get unknownEvents(): number {
    return this.consumer?.unknownEvents ?? 0;
  }

  async onModuleDestroy(): Promise<void> {
    await this.subscription?.stop();
    this.subscription = null;
  }

  async close(): Promise<void> {
    await this.onModuleDestroy();
    await this.relay.stop();
    await this.transport.close();
    await this.session.close();
  }

  on(): never {
    throw new Error("The bus has no events of its own.");
  }

  unwrap<T>(): T {
    return this.transport as T;
  }
}

function adapt(id: string, handler: MessageHandler): EventHandler {
  if (handler.next) throw new Error(`Two event handlers have the id ${id}.`);
  const types = handler.extras?.["types"] as readonly EventType[] | undefined;
  const updatesOf = handler.extras?.["updatesOf"] as readonly string[] | undefined;
  if (!types) throw new Error(`${id} is not under @OnEvent.`);
  return {
    id,
    types,
    updatesOf,
    async run(events: AnyEvent[], context) {
      const result: unknown = await handler(events, context);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    },
  };
}

import type { EventOf, EventType } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { Catch, UseFilters, type RpcExceptionFilter } from "@nestjs/common";
import { Ctx, EventPattern, Payload } from "@nestjs/microservices";
import { throwError, type Observable } from "rxjs";

/** What a handler gets beside the events. */
export interface EventContext {
  /** The transaction of the effect; it also holds the inbox rows. */
  tx: Tx;
}

/** The fields of the records of which events tell. */
type FieldOf<E> = E extends { data: infer D }
  ? { [K in keyof D]: D[K] extends { id: string } ? keyof D[K] & string : never }[keyof D]
  : never;

/** Nest would hide the error behind "Internal server error". */
@Catch()
class Rethrow implements RpcExceptionFilter<unknown> {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Makes a method of a controller the handler of events. It gets batches: events of the given types in order, each once
 * (the inbox drops repetitions), all of one transaction that commits when it returns. It must do with older events
 * than it has seen: write with `upsertNewer`, or compare `aggregateversion`.
 *
 * When it throws, the events come again one by one, three times each; then the event and the later ones of its record
 * are parked for this handler, and the others go on. Errors of the infrastructure are tried again for ever.
 *
 * @param types written out in full
 * @param handler stable id, unique in the service; the inbox and dead letters know the handler by it, so renaming the
 *   class must not change it
 * @param options.updatesOf the fields of a record that matter to the handler: it is spared updates of others alone
 */
export function OnEvent<const T extends readonly EventType[]>(
  types: T,
  handler: string,
  { updatesOf }: { updatesOf?: readonly FieldOf<EventOf<T[number]>>[] } = {},
) {
  return <H extends (events: EventOf<T[number]>[], context: EventContext) => Promise<void>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    // Without these Nest passes the first argument only.
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    (EventPattern(handler, { types, updatesOf }) as MethodDecorator)(target, key, descriptor);
    UseFilters(new Rethrow())(target, key, descriptor);
  };
}

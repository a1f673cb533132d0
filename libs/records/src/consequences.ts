import { PERMISSIONS, type RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import type { Change, RecordEntity } from "./record.entity.ts";
import type { Consequence, Resource } from "./resource.ts";

/** What of `Records` it takes. */
interface Writer {
  add(tx: Tx, resource: Resource, items: readonly object[], who: RequestContext): Promise<unknown>;
  lock(
    tx: Tx,
    resource: Resource,
    ids: readonly string[],
    who: RequestContext,
  ): Promise<readonly { record: RecordEntity }[]>;
  store(tx: Tx, resource: Resource, changes: readonly Change[], who: RequestContext): Promise<void>;
}

/** What follows from a change follows whether its caller may reach it or not. */
const ALL = Object.fromEntries(PERMISSIONS.map((permission) => [permission, "all"] as const));

/** Does what changes that are stored bring about in other records, in the same transaction. */
export async function followUp(
  writer: Writer,
  tx: Tx,
  resource: Resource,
  changes: readonly Change[],
  caller: RequestContext,
  now: Date,
): Promise<void> {
  if (!resource.consequences || changes.length === 0) return;
  const who = { ...caller, grants: ALL };
  for (const consequence of await resource.consequences(tx, changes)) {
    if ("items" in consequence) await writer.add(tx, consequence.resource, consequence.items, who);
    else await changeAll(writer, tx, consequence, who, now);
  }
}

async function changeAll(
  writer: Writer,
  tx: Tx,
  { resource, ids, decide }: Extract<Consequence, { ids: unknown }>,
  who: RequestContext,
  now: Date,
): Promise<void> {
  const changes: Change[] = [];
  for (const { record } of await writer.lock(tx, resource, ids, who)) {
    const before = record.state();
    const events = decide(record as never, now);
    if (events.length > 0) changes.push({ record, before, events });
  }
  await writer.store(tx, resource, changes, who);
}

import type { EventOf } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { OnEvent, upsertNewer, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";
import { Faults } from "./faults.ts";

type AccountEvent = EventOf<"customer.account.created" | "customer.account.updated" | "customer.account.snapshot">;

/** Two handlers of the same events: a copy of the records, and effects that must happen once and in order. */
@Controller()
export class CopiesConsumer {
  constructor(private readonly faults: Faults) {}

  @OnEvent(["customer.account.created", "customer.account.updated", "customer.account.snapshot"], "test-copy")
  async copy(events: AccountEvent[], { tx }: EventContext): Promise<void> {
    const rows = events.map(({ subject, aggregateversion, data }) => ({
      id: subject,
      version: aggregateversion,
      name: data.account.name,
    }));
    await upsertNewer(tx, "test_copy", rows);
    await this.faults.strike("before-commit");
  }

  /** Fails for names in `test_broken`, as a handler with a defect does, until the defect is repaired. */
  @OnEvent(["customer.account.created", "customer.account.updated"], "test-effects")
  async effects(
    events: EventOf<"customer.account.created" | "customer.account.updated">[],
    { tx }: EventContext,
  ): Promise<void> {
    await keepEffects(tx, events);
    const names = events.map(({ data }) => data.account.name);
    const broken = await tx.query<{ name: string }>("SELECT name FROM test_broken WHERE name = ANY($1)", [names]);
    if (broken[0]) throw new TypeError(`cannot take ${broken[0].name}`);
  }
}

async function keepEffects(tx: Tx, events: readonly { id: string; subject: string; aggregateversion: number }[]) {
  await tx.query(
    `INSERT INTO test_effect (handler, event_id, key, version)
     SELECT 'test-effects', * FROM unnest($1::uuid[], $2::uuid[], $3::int[])`,
    [events.map(({ id }) => id), events.map(({ subject }) => subject), events.map((event) => event.aggregateversion)],
  );
}

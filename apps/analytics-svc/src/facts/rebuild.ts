import type { AnyEnvelope } from '@kehu/contracts';
import type { Database, Tx } from '@kehu/database';
import { applyFacts, type FactTable, type Projection } from './facts.ts';

const BATCH = 2_000;

/**
 * Builds the facts anew from the first event, beside the live ones, and swaps. Consumers go on and write to both
 * tables meanwhile, so nothing is missing at the swap; requests read the old table until then.
 *
 * @returns how many events were read
 */
export async function rebuildFacts(database: Database): Promise<number> {
  const building = await begin(database);
  let read = 0;
  for (let after = '0'; ; ) {
    const events = await database.query<{ seq: string; event: AnyEnvelope }>('SELECT seq, event FROM event_store WHERE seq > $1 ORDER BY seq LIMIT $2', [after, BATCH]);
    if (events.length === 0) break;
    await database.transaction((tx) => applyFacts(tx, building, events.map(({ event }) => event)));
    after = events.at(-1)!.seq;
    read += events.length;
  }
  await database.transaction(async (tx) => {
    await tx.query(`UPDATE projection SET live = building, building = NULL WHERE name = 'facts'`);
  });
  return read;
}

/** Empties the table that is not live and lets consumers write to it from now on. */
async function begin(database: Database): Promise<FactTable> {
  return database.transaction(async (tx: Tx) => {
    const [{ live }] = (await tx.query<Projection>(`SELECT live, building FROM projection WHERE name = 'facts' FOR UPDATE`)) as [Projection];
    const building: FactTable = live === 'fact_blue' ? 'fact_green' : 'fact_blue';
    await tx.query(`DELETE FROM ${building}`);
    await tx.query(`UPDATE projection SET building = $1 WHERE name = 'facts'`, [building]);
    return building;
  });
}

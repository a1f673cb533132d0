import type { Client } from "pg";
import { patchOf } from "./accounts.ts";
import type { Kehu } from "./kehu.ts";
import { Load } from "./load.ts";

export const CHANGES_PER_SECOND = 100;

/** Services that follow what becomes of accounts; each notes in its inbox when a handler has done with an event. */
const FOLLOWERS = ["sales", "service_desk", "marketing", "analytics"];

/** The events that the first batch moved, and their time, are left out: when its work began nobody can tell. */
const RELAYED = `
  WITH moved AS (SELECT published_at AS at, count(*) AS events FROM customer.outbox GROUP BY 1),
  span AS (SELECT min(at) AS first, max(at) AS last FROM moved)
  SELECT sum(events)::float / extract(epoch FROM max(last) - max(first)) AS rate
  FROM moved, span WHERE at > first`;

/** Has the relay of customer publish its whole outbox again. @returns events a second, consumers at work beside it */
export async function relayRate(kehu: Kehu, database: Client): Promise<number> {
  await kehu.signIn();
  await kehu.untilLevel();
  await database.query("UPDATE customer.outbox SET published_at = NULL");
  await kehu.untilLevel();
  const { rows } = await database.query<{ rate: number }>(RELAYED);
  return rows[0]?.rate ?? NaN;
}

/** Milliseconds from a change's transaction to the transaction of each handler that followed it. */
export async function latency(
  kehu: Kehu,
  database: Client,
  ids: readonly string[],
  seconds: number,
): Promise<{ p50: number; p99: number; effects: number }> {
  await kehu.signIn();
  await kehu.untilLevel();
  const load = new Load(kehu.url);
  const headers = { authorization: kehu.authorization() };
  const next = () => {
    const patch = patchOf(ids);
    return { ...patch, headers: { ...patch.headers, ...headers } };
  };
  await load.paced(next, CHANGES_PER_SECOND, 1);
  const { rows: started } = await database.query<{ at: Date }>("SELECT clock_timestamp() AS at");
  await load.paced(next, CHANGES_PER_SECOND, seconds);
  await kehu.untilLevel();
  await load.close();
  const inboxes = FOLLOWERS.map((schema) => `SELECT event_id, at FROM ${schema}.inbox`).join(" UNION ALL ");
  const { rows } = await database.query<{ p50: number; p99: number; effects: number }>(
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99,
       count(*)::int AS effects
     FROM (SELECT extract(epoch FROM i.at - o.created_at) * 1000 AS ms
       FROM customer.outbox o JOIN (${inboxes}) i USING (event_id) WHERE o.created_at > $1) AS effect`,
    [started[0]!.at],
  );
  return rows[0]!;
}

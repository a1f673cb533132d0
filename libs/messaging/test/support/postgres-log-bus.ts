import { urlOfDatabase } from "@kehu/database";
import pg from "pg";
import type { Bus, Message, OwnPostgres } from "./bus.ts";

/** The log in the worker's database. */
export function postgresLogBus({ url }: OwnPostgres): Bus {
  const database = urlOfDatabase(url, `w${process.env["JEST_WORKER_ID"] ?? "1"}`);
  const query = async <R extends object>(sql: string, values: unknown[] = []): Promise<R[]> => {
    const client = new pg.Client(database);
    await client.connect();
    try {
      return (await client.query<R>(sql, values)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    kafkaBrokers: [],
    broker: null,
    async empty() {
      await query("TRUNCATE bus.topic, bus.log, bus.position");
    },
    async produce(topic, messages) {
      await query(
        `WITH given AS (
           INSERT INTO bus.topic AS known (name, next_offset) VALUES ($1, 1 + $4::int)
           ON CONFLICT (name) DO UPDATE SET next_offset = known.next_offset + $4 RETURNING next_offset)
         INSERT INTO bus.log (topic, "offset", key, value)
         SELECT $1, next_offset - $4 - 1 + n, key, value
         FROM given, unnest($2::text[], $3::text[]) WITH ORDINALITY AS message (key, value, n)`,
        [
          topic,
          messages.map(({ key }) => key),
          // Postgres has no NUL in text: such a message cannot come to be on this bus.
          messages.map(({ value }) => value?.replaceAll("\0", "\uFFFD") ?? null),
          messages.length,
        ],
      );
    },
    read: (topic) => query<Message>('SELECT key, value FROM bus.log WHERE topic = $1 ORDER BY "offset"', [topic]),
  };
}

import { EVENTS, type AccountState, type Actor, type DomainEvent } from "@kehu/contracts";
import type { Database, Tx } from "@kehu/database";
import { appendToOutbox, type SnapshotSource } from "@kehu/messaging";
import type { Pool } from "pg";
import { v7 as uuidv7 } from "uuid";

export const TOPIC = "kehu.customer.account";

export const ACTOR: Actor = {
  actorType: "system",
  actorId: "test",
  sessionId: null,
  origin: "system",
  requestId: "test-request",
};

/** Tables beside those of the migrations: the records of a publishing service, and what consumers make of the events. */
export async function createTestTables(admin: Pool, publisher: string, consumers: readonly string[]): Promise<void> {
  const tables = [`${publisher}.test_account (id uuid PRIMARY KEY, version int NOT NULL, name text NOT NULL)`];
  for (const schema of consumers) {
    tables.push(
      `${schema}.test_copy (id uuid PRIMARY KEY, version int NOT NULL, name text NOT NULL)`,
      `${schema}.test_effect (n bigint GENERATED ALWAYS AS IDENTITY, handler text, event_id uuid, key uuid, version int, at timestamptz DEFAULT clock_timestamp())`,
      `${schema}.test_broken (name text PRIMARY KEY)`,
    );
  }
  for (const table of tables) {
    await admin.query(`CREATE TABLE IF NOT EXISTS ${table}; GRANT ALL ON ${table.split(" ")[0]} TO PUBLIC`);
  }
}

function stateOf(id: string, name: string): AccountState {
  return { ...EVENTS["customer.account.updated"].example["account"], id, name };
}

export function accountEvent(type: string, id: string, version: number, name = `name ${version}`): DomainEvent {
  return { type, subject: id, version, time: new Date(), data: { changed: ["name"], account: stateOf(id, name) } };
}

/** Makes a record and its event. @returns its id */
export async function createAccount(database: Database, name = "name 1"): Promise<string> {
  const id = uuidv7();
  await database.transaction(async (tx) => {
    await tx.query("INSERT INTO test_account (id, version, name) VALUES ($1, 1, $2)", [id, name]);
    await appendToOutbox(tx, [accountEvent("customer.account.created", id, 1, name)], ACTOR);
  });
  return id;
}

/** Makes many records with one transaction. @returns their ids */
export async function createAccounts(database: Database, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7());
  await database.transaction(async (tx) => {
    await tx.query("INSERT INTO test_account (id, version, name) SELECT unnest($1::uuid[]), 1, 'name 1'", [ids]);
    const events = ids.map((id) => accountEvent("customer.account.created", id, 1));
    await appendToOutbox(tx, events, ACTOR);
  });
  return ids;
}

/** Changes a record under its row lock, as libs/records does. @returns its new version */
export function changeAccount(database: Database, id: string, name?: string): Promise<number> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<{ version: number }>(
      "UPDATE test_account SET version = version + 1, name = coalesce($2, 'name ' || version + 1) WHERE id = $1 RETURNING version",
      [id, name ?? null],
    );
    await appendToOutbox(tx, [accountEvent("customer.account.updated", id, row!.version, name)], ACTOR);
    return row!.version;
  });
}

/** `changes` changes by `writers` at the same time, over all records in turn. */
export async function writeConcurrently(database: Database, ids: readonly string[], writers: number, changes: number) {
  let next = 0;
  const write = async () => {
    while (next < changes) await changeAccount(database, ids[next++ % ids.length]!);
  };
  await Promise.all(Array.from({ length: writers }, write));
}

/** How libs/records tells the records of a resource again. */
export const ACCOUNTS: SnapshotSource = {
  concept: "customer.account",
  async page(tx: Tx, after: string | null, limit: number): Promise<DomainEvent[]> {
    const rows = await tx.query<{ id: string; version: number; name: string }>(
      `SELECT id, version, name FROM test_account WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2 FOR UPDATE`,
      [after, limit],
    );
    return rows.map(({ id, version, name }) => accountEvent("customer.account.snapshot", id, version, name));
  },
};

/** The message of an event, as it stands on the bus, for tests that put it there themselves. */
export function messageOf(type: string, id: string, version: number, changes: Record<string, unknown> = {}) {
  const { time, data } = accountEvent(type, id, version);
  return {
    specversion: "1.0",
    id: uuidv7(),
    source: "urn:kehu:customer",
    type,
    time: time.toISOString(),
    subject: id,
    datacontenttype: "application/json",
    dataschema: `urn:kehu:schema:${type}:1`,
    aggregateversion: version,
    actortype: "system",
    actorid: "test",
    origin: "system",
    correlationid: "test-request",
    data,
    ...changes,
  };
}

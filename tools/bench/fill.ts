import pg from "pg";
import { createAccounts, createContacts } from "./accounts.ts";
import type { Kehu } from "./kehu.ts";
import { hirePeople } from "./people.ts";

/** How many records there are. */
export interface Size {
  readonly accounts: number;
  readonly contacts: number;
}

/** Ids of the records that the measured caller reaches. */
export interface Filled {
  readonly accounts: readonly string[];
  readonly contacts: readonly string[];
}

/** Fills a Kehu with people and records, and has the manager of the teams send what is measured. */
export async function fill(kehu: Kehu, size: Size): Promise<Filled> {
  await kehu.signIn();
  const { inside, outside } = await hirePeople(kehu);
  await kehu.untilLevel();
  await createAccounts(kehu, size.accounts, [...inside, outside]);
  await createContacts(kehu, size.contacts, inside);
  await kehu.signIn();
  await kehu.untilLevel();
  const database = new pg.Client({ connectionString: kehu.databaseUrl() });
  await database.connect();
  try {
    await database.query("ANALYZE");
    const idsOf = async (table: string) => {
      const sql = `SELECT id FROM customer.${table} WHERE owner_id = ANY($1) ORDER BY id`;
      return (await database.query<{ id: string }>(sql, [inside])).rows.map(({ id }) => id);
    };
    return { accounts: await idsOf("account"), contacts: await idsOf("contact") };
  } finally {
    await database.end();
  }
}

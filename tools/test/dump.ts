import type pg from "pg";

/** One table of a dump. */
export interface Dumped {
  /** `customer.contact` */
  table: string;
  text: string;
}

/** Every row of every table of every schema of Kehu, as text: what a thief of the database has. */
export async function dump(database: pg.Pool): Promise<Dumped[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
     ORDER BY name`,
  );
  const tables: Dumped[] = [];
  for (const { name } of rows) {
    const found = await database.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    tables.push({ table: name, text: found.rows.map(({ text }) => text).join("\n") });
  }
  return tables;
}

/** The spellings in which a text may stand in a dump. */
function spellings(text: string): string[] {
  const bytes = Buffer.from(text);
  // Within a longer text base64 begins at any of three places.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  return [text.toLowerCase(), bytes.toString("hex"), ...base64.filter((one) => one.length > 7)];
}

/** @returns the tables in which one of the texts stands, in whatever spelling, with the text */
export function findIn(tables: readonly Dumped[], texts: readonly string[]): string[] {
  const wanted = texts.flatMap((text) => spellings(text).map((spelling) => [text, spelling] as const));
  return tables.flatMap(({ table, text }) => {
    const lower = text.toLowerCase();
    const found = wanted.filter(([, spelling]) => text.includes(spelling) || lower.includes(spelling));
    return [...new Set(found.map(([one]) => `${table}: ${one}`))];
  });
}

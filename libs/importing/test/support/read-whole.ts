import { openTable, Profile } from "@kehu/importing";

/** Reads a table with its profile in a process of its own, and tells how that ended and how much memory it took at most. */
const [path] = globalThis.process.argv.slice(2);

async function outcome(): Promise<string> {
  try {
    const table = await openTable(path!);
    const key = table.columns[0]!;
    const fields = new Map(table.columns.map((column) => [column, { kind: "number" }] as const));
    const profile = new Profile(table.columns, { timeZone: "UTC", key, fields });
    for await (const row of table.rows()) profile.add(row);
    const { rows, badRows, firstBadRows } = profile.result();
    return [`${rows} rows, ${badRows} bad`, ...new Set(firstBadRows.map(({ code }) => code))].join(" ");
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

// What the system calls the maximum may be that of the process which started this one.
let most = 0;
const look = () => (most = Math.max(most, globalThis.process.memoryUsage.rss()));
const watch = setInterval(look, 5);
const told = await outcome();
clearInterval(watch);
look();
globalThis.process.stdout.write(JSON.stringify({ outcome: told, megabytes: Math.round(most / 1024 ** 2) }));

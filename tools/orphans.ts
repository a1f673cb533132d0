/**
 * Ids that lead nowhere: references to records that are not there or are deleted, and what is left of records that are gone.
 *   npm run orphans                    in all services
 *   npm run orphans -- sales           in one
 * Ends with 1 where there are any.
 */
import { Operator } from "./operator.ts";

interface Found {
  place: string;
  target: string;
  missing: number;
  deleted: number;
  examples: { id: string; target: string; is: string }[];
}

interface Part {
  rows: number;
  data: Found[];
  next: string | null;
}

const SERVICES = ["customer", "sales", "service-desk", "marketing"];
const EXAMPLES = 100;

const asked = process.argv.slice(2);

await Operator.run(async (kehu) => {
  let orphans = 0;
  for (const service of asked.length > 0 ? asked : SERVICES) {
    const { rows, found } = await reportOf(kehu, service);
    for (const { place, target, missing, deleted, examples } of found) {
      orphans += missing + deleted;
      console.log(`${service}  ${place}  ${missing} missing, ${deleted} deleted`);
      for (const example of examples) console.log(`  ${example.id} -> ${target} ${example.target} (${example.is})`);
    }
    console.error(`${service}: ${rows} rows looked at.`);
  }
  console.log(`${orphans} ids lead nowhere.`);
  if (orphans > 0) process.exitCode = 1;
});

async function reportOf(kehu: Operator, service: string): Promise<{ rows: number; found: Found[] }> {
  const found = new Map<string, Found>();
  let rows = 0;
  for (let next: string | null = ""; next !== null;) {
    const query: string = next === "" ? "" : `?after=${encodeURIComponent(next)}`;
    const part: Part = await kehu.get<Part>(`/v1/operations/${service}/orphans${query}`);
    rows += part.rows;
    for (const one of part.data) {
      const known = found.get(one.place) ?? { ...one, missing: 0, deleted: 0, examples: [] };
      found.set(one.place, {
        ...known,
        missing: known.missing + one.missing,
        deleted: known.deleted + one.deleted,
        examples: [...known.examples, ...one.examples].slice(0, EXAMPLES),
      });
    }
    next = part.next;
  }
  return { rows, found: [...found.values()] };
}

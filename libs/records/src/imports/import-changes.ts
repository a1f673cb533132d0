import { rowset, type Tx } from "@kehu/database";
import { sameValue, type Change, type RecordEntity } from "../record.entity.ts";
import type { Resource } from "../resource.ts";
import type { Rows } from "../rows.ts";

/** The properties that a change gave other values. */
export interface ChangedProperties {
  was: Record<string, unknown>;
  is: Record<string, unknown>;
}

const CHANGES = {
  record_id: "uuid",
  version: "integer",
  is_new: "boolean",
  properties: "text",
  lines: "integer[]",
} as const;
/** These follow from any change. */
const FOLLOWING = new Set(["version", "updatedAt"]);

const place = (jobId: string, id: string) => `import ${jobId} ${id}`;

/** Stores what an import changed, so that it can be undone. @param linesOf rows of the file, by the record they changed */
export async function storeChanges(
  tx: Tx,
  jobId: string,
  resource: Resource,
  changes: readonly Change[],
  rows: Rows,
  linesOf: ReadonlyMap<string, readonly number[]>,
): Promise<void> {
  if (changes.length === 0) return;
  const values: unknown[] = [jobId];
  const given = changes.map(({ record, before, was }) => ({
    record_id: record.id,
    version: record.version,
    is_new: before === null,
    properties: before === null ? null : sealed(jobId, resource, record, differing(was!, record, resource), rows),
    lines: linesOf.get(record.id),
  }));
  await tx.query(
    `INSERT INTO import_change (job_id, record_id, version, is_new, properties, lines)
     SELECT $1, record_id, version, is_new, properties, lines FROM ${rowset(CHANGES, given, (value) => `$${values.push(value)}`)}`,
    values,
  );
}

/** With what makes sense together only, of which a part differs. */
function differing(was: object, record: RecordEntity, { together = [] }: Resource): ChangedProperties {
  const [before, after] = [was, record].map((one) => one as Readonly<Record<string, unknown>>);
  const changed = Object.keys(before!).filter(
    (name) => !FOLLOWING.has(name) && !sameValue(before![name] ?? null, after![name] ?? null),
  );
  const groups = together.filter((group) => group.some((name) => changed.includes(name)));
  const names = [...new Set([...changed, ...groups.flat()])];
  const of = (values: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(names.map((name) => [name, values[name] ?? null]));
  return { was: of(before!), is: of(after!) };
}

function sealed(
  jobId: string,
  resource: Resource,
  record: RecordEntity,
  changed: ChangedProperties,
  rows: Rows,
): string {
  const text = JSON.stringify(changed, encoded);
  return resource.person ? rows.keyOf(record)!.seal(text, place(jobId, record.id)) : text;
}

/** @returns null for what is about a person who was erased since */
export function openChange(
  jobId: string,
  resource: Resource,
  record: RecordEntity,
  stored: string,
  rows: Rows,
): ChangedProperties | null {
  const text = resource.person ? rows.keyOf(record)!.open(stored, place(jobId, record.id)) : stored;
  return text === null ? null : (JSON.parse(text as string, decoded) as ChangedProperties);
}

/** JSON knows no instants and no large integers. A Date has become a text before a replacer sees it. */
function encoded(this: unknown, key: string, value: unknown): unknown {
  const given = (this as Readonly<Record<string, unknown>>)[key];
  if (given instanceof Date) return { "date()": given.toISOString() };
  return typeof value === "bigint" ? { "bigint()": value.toString() } : value;
}

function decoded(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { "date()": date, "bigint()": integer } = value as Record<string, string | undefined>;
  return date !== undefined ? new Date(date) : integer !== undefined ? BigInt(integer) : value;
}

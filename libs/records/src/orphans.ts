import { Malformed } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { CustomFields } from "./custom-fields.ts";
import { orphanChecks, type OrphanCheck } from "./orphan-checks.ts";
import type { Resource } from "./resource.ts";

/** Ids that stand in one place and lead nowhere. */
export interface OrphansFound {
  place: string;
  /** Type of the records that are looked for. */
  target: string;
  /** Ids of which nothing is known here. */
  missing: number;
  /** Ids of records that are deleted. */
  deleted: number;
  /** At most 100; `id` is the record where the id stands, of pins and recents the user. */
  examples: { id: string; target: string; is: "missing" | "deleted" }[];
}

/** Some of a report. */
export interface OrphansPart {
  /** Rows that were looked at. */
  rows: number;
  data: OrphansFound[];
  /** Where the next part begins; null at the end. */
  next: string | null;
}

/** Rows of one statement, and of one part. */
const BATCH = 5_000;
const PART = 20_000;
const EXAMPLES = 100;
const NOWHERE = "00000000-0000-0000-0000-000000000000";
const UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
const CURSOR = /^(.+):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Finds ids that lead nowhere: of records that are not there, or, where a live record has them, that are deleted. */
@Injectable()
export class Orphans {
  private readonly resources = new Set<Resource>();

  constructor(
    private readonly database: Database,
    private readonly custom: CustomFields,
  ) {}

  /** Has the references of a resource checked, and what stands about its records besides. */
  register(resource: Resource): void {
    this.resources.add(resource);
  }

  /**
   * Checks some 20,000 rows, in statements that read 5,000 each by an index.
   *
   * @param after `next` of the part before; null to begin
   * @throws Malformed `cursor.invalid` for another one
   */
  async part(after: string | null): Promise<OrphansPart> {
    const all = await Promise.all([...this.resources].map((one) => this.custom.of(one)));
    const checks = all.flatMap(orphanChecks);
    const begin = after === null ? { index: 0, id: NOWHERE } : placeOf(checks, after);
    const data: OrphansFound[] = [];
    let rows = 0;
    for (let { index, id } = begin; index < checks.length;) {
      const check = checks[index]!;
      if (rows >= PART) return { rows, data, next: `${check.place}:${id}` };
      const { looked, last, ...found } = await this.look(check, id);
      rows += looked;
      if (found.missing + found.deleted > 0) add(data, { place: check.place, target: check.target, ...found });
      if (looked < BATCH) [index, id] = [index + 1, NOWHERE];
      else id = last!;
    }
    return { rows, data, next: null };
  }

  private async look({ table, batch, refer, live }: OrphanCheck, after: string): Promise<Looked> {
    const lost = live ? "(x.id IS NULL OR x.deleted_at IS NOT NULL)" : "x.id IS NULL";
    // Not every text is an id: what somebody wrote past the service leads nowhere, too. With LIMIT each is looked up by the
    // index, however large the table is.
    const [row] = await this.database.queryOnce<Looked & Record<string, unknown>>(
      `WITH b AS MATERIALIZED (${batch}), r AS (${refer}),
         lost AS (SELECT r.id, r.target, CASE WHEN x.id IS NULL THEN 'missing' ELSE 'deleted' END AS "is"
           FROM r LEFT JOIN LATERAL (SELECT x.id, x.deleted_at FROM ${table} x
             WHERE x.id = CASE WHEN r.target ~* '${UUID}' THEN r.target::uuid END LIMIT 1) x ON true
           WHERE ${lost})
       SELECT (SELECT count(*)::int FROM b) AS looked, (SELECT b.id::text FROM b ORDER BY b.id DESC LIMIT 1) AS last,
         count(*) FILTER (WHERE "is" = 'missing')::int AS missing, count(*) FILTER (WHERE "is" = 'deleted')::int AS deleted,
         coalesce((SELECT json_agg(e) FROM (SELECT id, target, "is" FROM lost ORDER BY id LIMIT ${EXAMPLES}) e), '[]') AS examples
       FROM lost`,
      [after, BATCH],
    );
    return row!;
  }
}

type Looked = Pick<OrphansFound, "missing" | "deleted" | "examples"> & { looked: number; last: string | null };

function placeOf(checks: readonly OrphanCheck[], after: string): { index: number; id: string } {
  const [, place, id] = CURSOR.exec(after) ?? [];
  const index = checks.findIndex((check) => check.place === place);
  if (index < 0) throw new Malformed("cursor.invalid", "The parameter after is not the next of a part of this report.");
  return { index, id: id! };
}

function add(data: OrphansFound[], found: OrphansFound): void {
  const known = data.find(({ place }) => place === found.place);
  if (!known) return void data.push(found);
  known.missing += found.missing;
  known.deleted += found.deleted;
  known.examples = [...known.examples, ...found.examples].slice(0, EXAMPLES);
}

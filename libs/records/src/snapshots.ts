import { EVENTS } from "@kehu/contracts";
import type { SnapshotSource } from "@kehu/messaging";
import type { Resource } from "./resource.ts";
import type { Rows } from "./rows.ts";

/** Tells the current state of every record of a resource again; a snapshot repeats the version and raises nothing. */
export function snapshotsOf(resource: Resource, rows: Rows): SnapshotSource {
  const type = resource.snapshot;
  return {
    concept: resource.concept,
    async page(tx, after, limit) {
      const found = await tx.query(
        `SELECT ${rows.columns(resource)} FROM ${resource.table} t WHERE $1::uuid IS NULL OR t.id > $1 ORDER BY t.id LIMIT $2 FOR UPDATE`,
        [after, limit],
      );
      return found.map((row) => {
        const record = rows.read(resource, row);
        return {
          type,
          subject: record.id,
          version: record.version,
          time: new Date(),
          data: { changed: [], [EVENTS[type].concept]: record.state() },
          seal: rows.keyOf(record)?.sealerOf(record.id),
        };
      });
    },
  };
}

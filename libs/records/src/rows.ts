import type { DataSource, EntityMetadata } from "typeorm";
import type { RecordEntity } from "./record.entity.ts";
import type { Resource } from "./resource.ts";

interface Mapping {
  columns: readonly { property: string; column: string; read?: (stored: unknown) => unknown }[];
  list: string;
  insert: (rows: string) => string;
  update: (rows: string) => string;
}

/**
 * Turns entities into rows and back, by the columns that TypeORM knows of the class. Statements are made once per
 * class and take any number of rows as one JSON value, so that one record and five hundred cost one round trip.
 */
export class Rows {
  private readonly mappings = new Map<unknown, Mapping>();

  constructor(private readonly source: DataSource) {}

  /** Columns of the resource's table for a SELECT, with the alias `t`. */
  columns(resource: Resource): string {
    return this.mapping(resource).list;
  }

  /** INSERT of rows; `rows` is the placeholder of a JSON list. The table has the alias `t`. */
  insert(resource: Resource, rows: string): string {
    return this.mapping(resource).insert(rows);
  }

  /** The same as UPDATE, by id. */
  update(resource: Resource, rows: string): string {
    return this.mapping(resource).update(rows);
  }

  /** @returns an entity of the row that a SELECT of `columns` gave */
  read<T extends RecordEntity>(resource: Resource<T>, row: Record<string, unknown>): T {
    const record = Object.create(resource.entity.prototype as object) as Record<string, unknown>;
    for (const { property, column, read } of this.mapping(resource).columns) {
      record[property] = read ? read(row[column]) : row[column];
    }
    return record as unknown as T;
  }

  /** @returns a new entity, every column null until its `open` or `imported` says otherwise */
  blank<T extends RecordEntity>(resource: Resource<T>): T {
    return this.read(resource, Object.fromEntries(this.mapping(resource).columns.map(({ column }) => [column, null])));
  }

  /** @returns the row as JSON takes it */
  write(resource: Resource, record: RecordEntity): Record<string, unknown> {
    const values = record as unknown as Record<string, unknown>;
    return Object.fromEntries(
      this.mapping(resource).columns.map(({ property, column }) => {
        const value = values[property];
        return [column, typeof value === "bigint" ? value.toString() : (value ?? null)];
      }),
    );
  }

  private mapping(resource: Resource): Mapping {
    let mapping = this.mappings.get(resource.entity);
    if (!mapping) {
      mapping = mappingOf(this.source.getMetadata(resource.entity), resource.table);
      this.mappings.set(resource.entity, mapping);
    }
    return mapping;
  }
}

function mappingOf(metadata: EntityMetadata, table: string): Mapping {
  const columns = metadata.columns.map((column) => {
    const transformer = column.transformer;
    const read =
      transformer && !Array.isArray(transformer) ? (stored: unknown) => transformer.from(stored) as unknown : undefined;
    return { property: column.propertyName, column: column.databaseName, read };
  });
  const names = columns.map(({ column }) => column);
  const given = names.map((name) => `r.${name}`).join(", ");
  const settings = names.filter((name) => name !== "id").map((name) => `${name} = r.${name}`);
  const populated = (rows: string) => `json_populate_recordset(NULL::${table}, ${rows}) r`;
  return {
    columns,
    list: names.map((name) => `t.${name}`).join(", "),
    insert: (rows) => `INSERT INTO ${table} AS t (${names.join(", ")}) SELECT ${given} FROM ${populated(rows)}`,
    update: (rows) => `UPDATE ${table} t SET ${settings.join(", ")} FROM ${populated(rows)} WHERE t.id = r.id`,
  };
}

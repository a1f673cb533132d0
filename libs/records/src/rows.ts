import type { Bind } from "@kehu/auth";
import { rowset, type Columns } from "@kehu/database";
import type { DataSource, EntityMetadata } from "typeorm";
import type { RecordEntity } from "./record.entity.ts";
import type { Resource } from "./resource.ts";

interface Mapping {
  columns: readonly { property: string; column: string; read?: (stored: unknown) => unknown }[];
  types: Columns;
  list: string;
  insert: (rowset: string) => string;
  update: (rowset: string) => string;
}

/**
 * Turns entities into rows and back, by the columns that TypeORM knows of the class. A statement takes any number of
 * rows, so that one record and five hundred cost one round trip.
 */
export class Rows {
  private readonly mappings = new Map<unknown, Mapping>();

  constructor(private readonly source: DataSource) {}

  /** Columns of the resource's table for a SELECT, with the alias `t`. */
  columns(resource: Resource): string {
    return this.mapping(resource).list;
  }

  /** INSERT of records. The table has the alias `t`. */
  insert(resource: Resource, records: readonly RecordEntity[], bind: Bind): string {
    return this.mapping(resource).insert(this.rowset(resource, records, bind));
  }

  /** The same as UPDATE, by id. */
  update(resource: Resource, records: readonly RecordEntity[], bind: Bind): string {
    return this.mapping(resource).update(this.rowset(resource, records, bind));
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

  private rowset(resource: Resource, records: readonly RecordEntity[], bind: Bind): string {
    const { columns, types } = this.mapping(resource);
    const rows = records.map((record) => {
      const values = record as unknown as Record<string, unknown>;
      return Object.fromEntries(
        columns.map(({ property, column }) => {
          const value = values[property];
          return [column, typeof value === "bigint" ? value.toString() : value];
        }),
      );
    });
    return rowset(types, rows, bind);
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
  const types = Object.fromEntries(
    metadata.columns.map(({ databaseName, type, isArray }) => [databaseName, `${String(type)}${isArray ? "[]" : ""}`]),
  );
  const names = columns.map(({ column }) => column);
  const given = names.map((name) => `r.${name}`).join(", ");
  const settings = names.filter((name) => name !== "id").map((name) => `${name} = r.${name}`);
  return {
    columns,
    types,
    list: names.map((name) => `t.${name}`).join(", "),
    insert: (rows) => `INSERT INTO ${table} AS t (${names.join(", ")}) SELECT ${given} FROM ${rows}`,
    update: (rows) => `UPDATE ${table} t SET ${settings.join(", ")} FROM ${rows} WHERE t.id = r.id`,
  };
}

import type { Bind } from "@kehu/auth";
import { rowset, type Columns, type Tx } from "@kehu/database";
import { keySql, type PersonalData, type PersonKey } from "@kehu/personal-data";
import type { DataSource, EntityMetadata } from "typeorm";
import type { Field } from "./field.ts";
import type { RecordEntity } from "./record.entity.ts";
import type { Resource } from "./resource.ts";
import { KEY_COLUMN, keyColumn, openColumn, personOf, sealColumn, sealedFields } from "./sealing.ts";

interface Mapping {
  columns: readonly { property: string; column: string; isSealed: boolean; read?: (stored: unknown) => unknown }[];
  types: Columns;
  list: string;
  unshown: readonly string[];
  insert: (rowset: string) => string;
  update: (rowset: string) => string;
}

/**
 * Turns entities into rows and back, by the columns that TypeORM knows of the class. A statement takes any number of
 * rows, so that one record and five hundred cost one round trip.
 */
export class Rows {
  private readonly mappings = new Map<unknown, Mapping>();
  /** Keys of the persons whom records are about, as long as the records are at hand. */
  private readonly keys = new WeakMap<RecordEntity, PersonKey>();

  constructor(
    private readonly source: DataSource,
    readonly personal: PersonalData,
  ) {}

  /** Columns of the resource's table for a SELECT, with the alias `t`. */
  columns(resource: Resource): string {
    return this.mapping(resource).list;
  }

  /** Columns of the resource's table that no field shows. */
  unshown(resource: Resource): readonly string[] {
    return this.mapping(resource).unshown;
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
    const key = this.personal.keyOf((row[KEY_COLUMN] as string | null | undefined) ?? null);
    for (const { property, column, isSealed, read } of this.mapping(resource).columns) {
      if (isSealed) record[property] = openColumn(resource, row["id"] as string, property, row[column], key);
      else record[property] = read ? read(row[column]) : row[column];
    }
    if (key) this.keys.set(record as unknown as T, key);
    return record as unknown as T;
  }

  /** Loads or makes the keys without which records cannot be written. */
  async haveKeys(tx: Tx, resource: Resource, records: readonly RecordEntity[]): Promise<void> {
    if (!resource.person) return;
    const without = records.filter((record) => this.keys.get(record)?.personId !== personOf(resource, record));
    if (without.length === 0) return;
    const keys = await this.personal.keysFor(
      tx,
      without.map((record) => personOf(resource, record)),
    );
    for (const record of without) {
      const key = keys.get(personOf(resource, record))!;
      this.keys.set(record, key);
      if (key.isDestroyed) await this.destroyOwn(tx, record, key);
    }
  }

  /** The key of the person whom a record is about; none before `haveKeys`. */
  keyOf(record: RecordEntity): PersonKey | undefined {
    return this.keys.get(record);
  }

  /** Destroys the key of the person whom a record is about. */
  async destroyKey(tx: Tx, resource: Resource, record: RecordEntity): Promise<void> {
    const key = await this.personal.destroy(tx, personOf(resource, record));
    this.keys.set(record, key);
    await this.destroyOwn(tx, record, key);
  }

  /** What was said of a record before it was known who it is was sealed with a key of its own. */
  private async destroyOwn(tx: Tx, { id }: RecordEntity, { personId }: PersonKey): Promise<void> {
    if (personId === id) return;
    const [own] = await tx.query<{ key: string | null }>(`SELECT ${keySql("$1::uuid")} AS key`, [id]);
    if (own!.key !== null) await this.personal.destroy(tx, id);
  }

  /** @returns a new entity, every column null until its `open` or `imported` says otherwise */
  blank<T extends RecordEntity>(resource: Resource<T>): T {
    return this.read(resource, Object.fromEntries(this.mapping(resource).columns.map(({ column }) => [column, null])));
  }

  private rowset(resource: Resource, records: readonly RecordEntity[], bind: Bind): string {
    const { columns, types } = this.mapping(resource);
    const rows = records.map((record) => {
      const values = record as unknown as Record<string, unknown>;
      const row: Record<string, unknown> = Object.fromEntries(
        columns.map(({ property, column, isSealed }) => {
          const value = values[property];
          if (isSealed) return [column, sealColumn(resource, record.id, property, value, this.keys.get(record))];
          return [column, typeof value === "bigint" ? value.toString() : value];
        }),
      );
      if (resource.person?.reach) row["blind_index"] = this.personal.blind.tokens(resource.person.reach(record));
      return row;
    });
    return rowset(types, rows, bind);
  }

  private mapping(resource: Resource): Mapping {
    let mapping = this.mappings.get(resource.entity);
    if (!mapping) {
      mapping = mappingOf(this.source.getMetadata(resource.entity), resource);
      this.mappings.set(resource.entity, mapping);
    }
    return mapping;
  }
}

const columnsOf = ({ kind, column }: Field) =>
  kind === "money" ? [`${column}_minor`, `${column}_currency`] : [column];

function mappingOf(metadata: EntityMetadata, resource: Resource): Mapping {
  const { table } = resource;
  const sealed = new Set(sealedFields(resource));
  const columns = metadata.columns.map((column) => {
    const transformer = column.transformer;
    const read =
      transformer && !Array.isArray(transformer) ? (stored: unknown) => transformer.from(stored) as unknown : undefined;
    return {
      property: column.propertyName,
      column: column.databaseName,
      isSealed: sealed.has(column.propertyName),
      read,
    };
  });
  const types = Object.fromEntries(
    metadata.columns.map(({ databaseName, type, isArray }) => [databaseName, `${String(type)}${isArray ? "[]" : ""}`]),
  );
  if (resource.person?.reach) types["blind_index"] = "text[]";
  const names = Object.keys(types);
  const shown = new Set(Object.values(resource.fields).flatMap(columnsOf));
  const given = names.map((name) => `r.${name}`).join(", ");
  const settings = names.filter((name) => name !== "id").map((name) => `${name} = r.${name}`);
  return {
    columns,
    types,
    unshown: names.filter((name) => !shown.has(name) && name !== "person_id"),
    list: [
      ...columns.map(({ column }) => `t.${column}`),
      ...keyColumn(resource).map(([sql, name]) => `${sql} AS "${name}"`),
    ].join(", "),
    insert: (rows) => `INSERT INTO ${table} AS t (${names.join(", ")}) SELECT ${given} FROM ${rows}`,
    update: (rows) => `UPDATE ${table} t SET ${settings.join(", ")} FROM ${rows} WHERE t.id = r.id`,
  };
}

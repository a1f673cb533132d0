/** Names of columns and their types in Postgres. */
export type Columns = Readonly<Record<string, string>>;

/**
 * Rows as a table that a statement can read: what stands behind FROM, with the alias `r`. One row is a list of values,
 * which costs the server a fraction of reading a JSON text; several are one JSON text, so that the statement is the same
 * for any number of them.
 *
 * @param columns of the rowset; what else a row has is left out, what it lacks is null
 * @param rows values as JavaScript has them: Date for `timestamptz`, arrays for arrays, anything for `json` and `jsonb`
 * @param bind takes a value of the statement and returns its placeholder
 */
export function rowset(
  columns: Columns,
  rows: readonly Readonly<Record<string, unknown>>[],
  bind: (value: unknown) => string,
): string {
  const entries = Object.entries(columns);
  const [row] = rows;
  if (row && rows.length === 1) {
    const values = entries.map(([name, type]) => `${bind(parameterOf(row[name], type))}::${type}`);
    return `(VALUES (${values.join(", ")})) AS r (${Object.keys(columns).join(", ")})`;
  }
  const definitions = entries.map(([name, type]) => `${name} ${type}`);
  return `json_to_recordset(${bind(JSON.stringify(rows))}) AS r (${definitions.join(", ")})`;
}

function parameterOf(value: unknown, type: string): unknown {
  if (value === undefined || value === null) return null;
  if (type === "json" || type === "jsonb") return JSON.stringify(value);
  return value instanceof Date ? value.toISOString() : value;
}

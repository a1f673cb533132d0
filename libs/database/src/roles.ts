/** The two roles of one schema of one database. Several databases of one cluster therefore never share a role. */
export interface SchemaRoles {
  /** Owns the schema and its tables. Nobody logs in as it: the runner of migrations takes it on by SET ROLE. */
  readonly owner: string;
  /** Works in the schema, and sees nothing else but `bus`. */
  readonly application: string;
}

/** Postgres cuts longer names off without an error (NAMEDATALEN - 1). */
const LONGEST_NAME = 63;

/**
 * The names of the roles of a schema.
 *
 * @throws Error where a name would be longer than Postgres keeps
 */
export function rolesOf(database: string, schema: string): SchemaRoles {
  const roles = { owner: `${database}_${schema}_owner`, application: `${database}_${schema}` };
  if (Buffer.byteLength(roles.owner) > LONGEST_NAME)
    throw new Error(`The name of the database is too long: ${database}`);
  return roles;
}

/** The database that a connection URL names. */
export function databaseOf(url: string): string {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  if (name === "") throw new Error("The connection URL names no database.");
  return name;
}

/** The URL under which a service works: server and database of `adminUrl`, the schema's application role. */
export function applicationUrl(adminUrl: string, schema: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = encodeURIComponent(rolesOf(databaseOf(adminUrl), schema).application);
  url.password = encodeURIComponent(password);
  return url.href;
}

/** The same server and role, another database. */
export function urlOfDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}

export { connectionOptions, Database, TIMEOUTS } from "./database.ts";
export { migrate, MigrationChanged } from "./migrate.ts";
export { createDatabase, dropDatabase, prepareDatabase } from "./prepare.ts";
export type { Queryable, Tx } from "./queryable.ts";
export { applicationUrl, databaseOf, rolesOf, urlOfDatabase, type SchemaRoles } from "./roles.ts";
export { rowset, type Columns } from "./rowset.ts";
export { applySchemas, migrationFolders } from "./schemas.ts";
export { BUS_SCHEMA, SERVICES, type ServiceDescription } from "./services.ts";
export { isTransient } from "./statement.ts";

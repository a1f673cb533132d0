export { connectionOptions, Database, isTransient, TIMEOUTS, type Queryable, type Tx } from './database.ts';

export type { JournaledStoreOptions } from './journal/journaled-store.ts';
export { openJournaledStore } from './journal/journaled-store.ts';
export type { PostgresStoreOptions } from './postgres/open-postgres-store.ts';
export { openPostgresStore, rehearsePostgresStore } from './postgres/open-postgres-store.ts';
export type { SchemaState } from './schema.ts';
export type { SqliteStoreOptions } from './sqlite/open-sqlite-store.ts';
export { openSqliteStore, rehearseSqliteStore } from './sqlite/open-sqlite-store.ts';

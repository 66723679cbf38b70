export type { JournaledStoreOptions } from './journal/journaled-store.ts';
export { openJournaledStore } from './journal/journaled-store.ts';
export type { PostgresStoreOptions } from './postgres/open-postgres-store.ts';
export { openPostgresStore } from './postgres/open-postgres-store.ts';
export type { SqliteStoreOptions } from './sqlite/open-sqlite-store.ts';
export { openSqliteStore } from './sqlite/open-sqlite-store.ts';

export type { Adoption, SpillOptions } from './journal/spill.ts';
export { adoptSpills, Spill } from './journal/spill.ts';
export type { PostgresStoreOptions } from './postgres/open-postgres-store.ts';
export { openPostgresStore, rehearsePostgresStore } from './postgres/open-postgres-store.ts';
export type { SchemaState } from './schema.ts';
export type { SqliteStoreOptions } from './sqlite/open-sqlite-store.ts';
export { openSqliteStore, rehearseSqliteStore } from './sqlite/open-sqlite-store.ts';

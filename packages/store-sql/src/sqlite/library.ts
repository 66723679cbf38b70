import { nodeSqlite } from './node-sqlite.ts';
import type { OpenSqlite } from './sqlite-database.ts';

/** Node's own SQLite where it has one, else libsql's; that is loaded only where it is needed. */
export async function sqliteLibrary(): Promise<OpenSqlite> {
  return nodeSqlite() ?? (await import('./libsql.ts')).openLibsql;
}

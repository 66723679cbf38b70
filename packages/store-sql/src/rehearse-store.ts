import { Kysely } from 'kysely';
import type { StoreDialect } from './dialect.ts';
import { rehearse, type SchemaState } from './schema.ts';
import type { Tables } from './tables.ts';

/** Opens the database, does what a start of the server would do to it, and takes that back. Throws `StoreError`. */
export async function rehearseStore(dialect: StoreDialect): Promise<SchemaState> {
  const db = new Kysely<Tables>({ dialect: dialect.kysely });
  try {
    return await rehearse(db, dialect);
  } catch (error) {
    throw dialect.fault(error);
  } finally {
    await db.destroy();
  }
}

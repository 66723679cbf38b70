import { type SessionStore, StoreError } from '@live-transcribe/core';
import { PostgresDialect, sql } from 'kysely';
import type { StoreDialect } from '../dialect.ts';
import { rehearseStore } from '../rehearse-store.ts';
import type { SchemaState } from '../schema.ts';
import { SqlStore } from '../sql-store.ts';
import { postgresFault } from './fault.ts';
import { postgresPool } from './pool.ts';
import { vectorSearch } from './search.ts';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`; further parameters as libpq knows them. */
  readonly url: string;
  /** How long the database may take to accept a connection, and to answer a statement: then it is unavailable. */
  readonly answerWithinMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Any number, the same for all programs that change this schema. */
const schemaLock = 7_203_114_962;

/** Opens a store in a PostgreSQL database, and makes its tables where they are missing. Throws `StoreError`. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<SessionStore> {
  return SqlStore.open(postgresStoreDialect(options), options.now ?? Date.now);
}

/** Whether the store could be opened, and what a start would find; the database stays as it is. Throws `StoreError`. */
export async function rehearsePostgresStore(options: PostgresStoreOptions): Promise<SchemaState> {
  return rehearseStore(postgresStoreDialect(options));
}

function postgresStoreDialect({ url, answerWithinMs = 5_000 }: PostgresStoreOptions): StoreDialect {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    throw new StoreError(
      'store_unavailable',
      'The address of the database is not of the form postgres://user:password@host/database.',
      { retryable: false },
    );
  const pool = postgresPool(url, { connectMs: answerWithinMs, answerMs: answerWithinMs });
  return {
    kysely: new PostgresDialect({ pool }),
    begin: 'BEGIN',
    schema: { integer: 'bigint', text: 'text COLLATE "C"', clustered: '' },
    search: vectorSearch,
    elements: (json) => sql`json_array_elements(${json}::json)`,
    lockSchema: async (transaction) =>
      void (await sql`SELECT pg_advisory_xact_lock(${schemaLock})`.execute(transaction)),
    fault: postgresFault,
    // How full its disk is only the database knows.
    shortage: async () => undefined,
    // What was deleted is PostgreSQL's to overwrite (VACUUM).
    afterDelete: async () => undefined,
  };
}

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Clock, type SessionStore, systemClock } from '@live-transcribe/core';
import { sql } from 'kysely';
import type { StoreDialect } from '../dialect.ts';
import { rehearseStore } from '../rehearse-store.ts';
import type { SchemaState } from '../schema.ts';
import { SqlStore } from '../sql-store.ts';
import { sqliteFault } from './fault.ts';
import { sqliteLibrary } from './library.ts';
import { openDatabase } from './open-database.ts';
import { fullTextSearch } from './search.ts';
import type { OpenSqlite } from './sqlite-database.ts';
import { sqliteDialect } from './sqlite-driver.ts';

export interface SqliteStoreOptions {
  /** Its folder is made where it is missing. Several servers on one machine may share it. */
  readonly file: string;
  readonly clock?: Clock;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Opens or makes a store in a file. Throws `StoreError` with a sentence for the operator. */
export async function openSqliteStore({
  file,
  clock = systemClock,
  now = Date.now,
}: SqliteStoreOptions): Promise<SessionStore> {
  return SqlStore.open(sqliteStoreDialect(file, await sqliteLibrary(), clock), now);
}

/**
 * Whether the store could be opened, and what a start would find; nothing of it stays. Where there is no file yet, one is
 * made in a folder beside its place, and removed. Throws `StoreError`.
 */
export async function rehearseSqliteStore({ file, clock = systemClock }: SqliteStoreOptions): Promise<SchemaState> {
  const library = await sqliteLibrary();
  if (existsSync(file)) return rehearseStore(sqliteStoreDialect(file, library, clock));
  let made: string | undefined;
  let folder: string | undefined;
  try {
    made = await mkdir(dirname(file), { recursive: true });
    folder = await mkdtemp(join(dirname(file), 'rehearsal-'));
    return await rehearseStore(sqliteStoreDialect(join(folder, basename(file)), library, clock));
  } catch (error) {
    throw sqliteFault(error, file);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    if (made !== undefined) await rm(made, { recursive: true, force: true });
  }
}

function sqliteStoreDialect(file: string, open: OpenSqlite, clock: Clock): StoreDialect {
  return {
    kysely: sqliteDialect(() => openDatabase(file, open), clock),
    begin: 'BEGIN IMMEDIATE',
    schema: { integer: 'integer', text: 'text', clustered: 'WITHOUT ROWID' },
    search: fullTextSearch,
    elements: (json) => sql`json_each(${json})`,
    // Every transaction holds the only right to write.
    lockSchema: async () => undefined,
    fault: (error) => sqliteFault(error, file),
    shortage: () => shortage(file),
    // Else the pages as they were would stand in the write-ahead log until something overwrites them.
    afterDelete: async (db) => void (await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db)),
  };
}

/** Room for an hour of speech of many sessions, and for SQLite's own log of up to 4 MiB: time enough for somebody to act. */
const leastRoomBytes = 64 * 1024 * 1024;

async function shortage(file: string): Promise<string | undefined> {
  const { bavail, bsize } = await statfs(dirname(file));
  if (bavail * bsize >= leastRoomBytes) return undefined;
  const left = Math.floor((bavail * bsize) / 2 ** 20);
  return `The disk of the store ${file} is nearly full: it has ${left} MiB left, and should have ${leastRoomBytes / 2 ** 20}.`;
}

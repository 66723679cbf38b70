import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '@live-transcribe/core';
import type { OpenSqlite, SqliteDatabase } from './sqlite-database.ts';

/** What every SQLite database begins with (https://sqlite.org/fileformat.html). */
const magic = 'SQLite format 3\0';

/** Tells the store's databases from those of other programs: "ltrs" in ASCII. */
const applicationId = 0x6c747273;

/** Up to here a file is read through before it is used: it takes about a second. A larger one shows its damage later. */
const checkedBytes = 256 * 1024 * 1024;

/** Opens a database file, or makes one with its folder; one that is damaged or another program's stays as it is. */
export function openDatabase(file: string, open: OpenSqlite): SqliteDatabase {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 0 && beginningOf(file) !== magic) throw refused(file, 'is no SQLite database');
  const database = open(file);
  try {
    if (size > 0 && size <= checkedBytes) check(file, database);
    claim(file, database);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec('PRAGMA secure_delete = ON');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function check(file: string, database: SqliteDatabase): void {
  const [found] = values(database, 'PRAGMA quick_check(1)');
  if (found !== 'ok') throw refused(file, `is damaged (${String(found).replace(/\s+/g, ' ')})`);
}

/** An empty database becomes the store's; another program's is left alone. */
function claim(file: string, database: SqliteDatabase): void {
  const [id] = values(database, 'PRAGMA application_id');
  if (id === applicationId) return;
  const [tables] = values(database, 'SELECT count(*) FROM sqlite_schema');
  if (id !== 0 || tables !== 0) throw refused(file, 'is a database of another program');
  database.exec(`PRAGMA application_id = ${applicationId}`);
}

function values(database: SqliteDatabase, sql: string): unknown[] {
  return database.all(sql, []).flatMap((row) => (typeof row === 'object' && row !== null ? Object.values(row) : []));
}

function refused(file: string, what: string): StoreError {
  return new StoreError(
    'store_unavailable',
    `The file ${file} ${what}: move it away, or restore it from a copy. It has not been changed.`,
    { retryable: false },
  );
}

function beginningOf(file: string): string {
  const bytes = Buffer.alloc(magic.length);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, bytes, 0, bytes.length, 0);
    return bytes.toString('latin1');
  } finally {
    closeSync(handle);
  }
}

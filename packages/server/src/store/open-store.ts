import { join } from 'node:path';
import type { SessionStore } from '@live-transcribe/core';
import {
  openPostgresStore,
  openSqliteStore,
  rehearsePostgresStore,
  rehearseSqliteStore,
  type SchemaState,
} from '@live-transcribe/store-sql';
import type { Config } from '../config/settings.ts';

const fileIn = (dataDir: string): string => join(dataDir, 'transcripts.sqlite');

/** For the log; an address may hold a password. */
export const describeStore = ({ databaseUrl, dataDir }: Config): string =>
  databaseUrl === undefined ? fileIn(dataDir) : 'the PostgreSQL database of DATABASE_URL';

/** Opens the store that the configuration names. Throws `StoreError`. */
export function openStore({ databaseUrl, dataDir }: Config): Promise<SessionStore> {
  if (databaseUrl !== undefined) return openPostgresStore({ url: databaseUrl });
  return openSqliteStore({ file: fileIn(dataDir) });
}

/** Whether it could be opened, and what a start would find; it stays as it is. Throws `StoreError`. */
export async function rehearseStore({ databaseUrl, dataDir }: Config): Promise<SchemaState> {
  if (databaseUrl !== undefined) return rehearsePostgresStore({ url: databaseUrl });
  return rehearseSqliteStore({ file: fileIn(dataDir) });
}

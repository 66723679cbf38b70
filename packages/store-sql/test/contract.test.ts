import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStoreContract, describeWith } from '@live-transcribe/testkit';
import { openPostgresStore, openSqliteStore } from '../src/index.ts';
import { postgresMissing, postgresSchema } from './postgres.ts';

describeStoreContract('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-store-'));
  return {
    open: () => openSqliteStore({ file: join(folder, 'sessions.db') }),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
});

describeWith([postgresMissing], 'the store in PostgreSQL', {}, () => {
  describeStoreContract('PostgreSQL', async () => {
    const { url, drop } = await postgresSchema();
    return { open: () => openPostgresStore({ url }), dispose: drop };
  });
});

import { randomBytes } from 'node:crypto';
import { StoreError } from '@live-transcribe/core';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { StoreDialect } from './dialect.ts';
import type { Tables } from './tables.ts';

type Migration = (db: Kysely<Tables>, dialect: StoreDialect) => Promise<void>;

/** Each takes a database one version further; the first makes it. What has been released is never changed. */
const migrations: readonly Migration[] = [createTables, addOwners];

/** Brings the database to the version of this program; throws `StoreError` where it is beyond it. Answers the store's secret. */
export async function migrate(db: Kysely<Tables>, dialect: StoreDialect): Promise<string> {
  const { secret } = await db.transaction().execute((transaction) => bringUp(transaction, dialect));
  return secret;
}

/** What a database was found to be, and the version that this program makes of it. */
export interface SchemaState {
  /** `undefined` where nothing was there. */
  readonly found: number | undefined;
  readonly current: number;
}

/** Does all that `migrate` does, and takes it back. Throws what it throws. */
export async function rehearse(db: Kysely<Tables>, dialect: StoreDialect): Promise<SchemaState> {
  let found: number | undefined;
  const rehearsed = new Error('It was a rehearsal.');
  try {
    await db.transaction().execute(async (transaction) => {
      ({ found } = await bringUp(transaction, dialect));
      throw rehearsed;
    });
  } catch (error) {
    if (error !== rehearsed) throw error;
  }
  return { found, current: migrations.length };
}

async function bringUp(
  transaction: Transaction<Tables>,
  dialect: StoreDialect,
): Promise<{ readonly secret: string; readonly found: number | undefined }> {
  await dialect.lockSchema(transaction);
  await sql`CREATE TABLE IF NOT EXISTS store (version integer NOT NULL, secret text NOT NULL, probed_at ${sql.raw(dialect.schema.integer)} NOT NULL)`.execute(
    transaction,
  );
  const found = await transaction.selectFrom('store').select(['version', 'secret']).executeTakeFirst();
  if (found && found.version > migrations.length) throw fromTheFuture(found.version);
  for (const step of migrations.slice(found?.version ?? 0)) await step(transaction, dialect);
  if (found) {
    await transaction.updateTable('store').set({ version: migrations.length }).execute();
    return { secret: found.secret, found: found.version };
  }
  const secret = randomBytes(24).toString('base64url');
  await transaction.insertInto('store').values({ version: migrations.length, secret, probed_at: 0 }).execute();
  return { secret, found: undefined };
}

function fromTheFuture(version: number): StoreError {
  return new StoreError(
    'store_unavailable',
    `The database has version ${version} and this program knows versions up to ${migrations.length}: start the newer program that made it, or use another database.`,
    { retryable: false },
  );
}

async function createTables(db: Kysely<Tables>, { schema, search }: StoreDialect): Promise<void> {
  const [integer, text, clustered] = [sql.raw(schema.integer), sql.raw(schema.text), sql.raw(schema.clustered)];
  const statements = [
    sql`CREATE TABLE sessions (
      key ${integer} PRIMARY KEY,
      id ${text} NOT NULL UNIQUE,
      started_at ${integer} NOT NULL,
      request text NOT NULL,
      resumable integer NOT NULL,
      engine text NOT NULL,
      state text NOT NULL,
      ended_at ${integer},
      epoch integer NOT NULL,
      seq integer NOT NULL,
      segments integer NOT NULL,
      last_end double precision NOT NULL,
      duration double precision NOT NULL,
      preview text NOT NULL,
      language text)`,
    sql`CREATE INDEX sessions_live ON sessions (key) WHERE state = 'live'`,
    sql`CREATE INDEX sessions_closed ON sessions (language, key) WHERE state = 'closed'`,
    sql`CREATE INDEX sessions_by_end ON sessions (ended_at)`,
    sql`CREATE TABLE events (
      session ${integer} NOT NULL,
      seq integer NOT NULL,
      kind text NOT NULL,
      body text NOT NULL,
      PRIMARY KEY (session, seq))`,
    sql`CREATE TABLE words (
      session ${integer} NOT NULL,
      word ${text} NOT NULL,
      PRIMARY KEY (session, word)) ${clustered}`,
  ];
  for (const statement of statements) await statement.execute(db);
  await search.create(db);
}

/** Which server has a session, and when it last said that it lives. */
async function addOwners(db: Kysely<Tables>, { schema }: StoreDialect): Promise<void> {
  const [integer, text] = [sql.raw(schema.integer), sql.raw(schema.text)];
  await sql`ALTER TABLE sessions ADD COLUMN owner ${text}`.execute(db);
  await sql`CREATE TABLE servers (id ${text} PRIMARY KEY, seen_at ${integer} NOT NULL)`.execute(db);
}

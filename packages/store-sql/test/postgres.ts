import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

const address = 'postgres://postgres@127.0.0.1:5432/test';

/** What to install or start where no PostgreSQL answers on its usual port; else `undefined`. */
export const postgresMissing = await missing();

export interface PostgresSchema {
  readonly url: string;
  /** Of the schema, and of the application that connects to `url`. */
  readonly name: string;
  /** Removes it with all that is in it. */
  drop(): Promise<void>;
}

/** A place of its own in the database, empty. */
export async function postgresSchema(): Promise<PostgresSchema> {
  const name = `store_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE SCHEMA ${name}`);
  const url = new URL(address);
  url.searchParams.set('options', `-c search_path=${name}`);
  url.searchParams.set('application_name', name);
  return { url: url.href, name, drop: () => administer(`DROP SCHEMA ${name} CASCADE`) };
}

export async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: address, connectionTimeoutMillis: 3_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function missing(): Promise<string | undefined> {
  try {
    await administer('SELECT 1');
    return undefined;
  } catch (error) {
    return `PostgreSQL on 127.0.0.1:5432 (${error instanceof Error ? error.message : String(error)})`;
  }
}

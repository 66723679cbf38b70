import type { Clock } from '@live-transcribe/core';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { busyCodes, resultCode } from './fault.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** How long to wait for a process that holds the database: its transactions take milliseconds. */
const patienceMs = 5_000;

/** Between attempts; short beside the latency that a live session may have. */
const pauseMs = 3;

/** One connection, used by one at a time; transactions begin by taking the right to write, so that none has to give up midway. */
export function sqliteDialect(open: () => SqliteDatabase, clock: Clock): Dialect {
  return {
    createDriver: () => new SqliteDriver(open, clock),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

class SqliteDriver implements Driver {
  readonly #open: () => SqliteDatabase;
  readonly #patience: Patience;
  readonly #waiting: (() => void)[] = [];
  readonly #closing = new AbortController();
  #connection: SqliteConnection | undefined;
  #inUse = false;

  constructor(open: () => SqliteDatabase, clock: Clock) {
    this.#open = open;
    this.#patience = { clock, signal: this.#closing.signal };
  }

  async init(): Promise<void> {
    this.#connection = new SqliteConnection(await whenFree(this.#patience, this.#open), this.#patience);
  }

  async acquireConnection(): Promise<SqliteConnection> {
    await this.#lock();
    if (this.#connection) return this.#connection;
    this.#unlock();
    throw new Error('the store is closed');
  }

  async releaseConnection(): Promise<void> {
    this.#unlock();
  }

  beginTransaction(connection: SqliteConnection): Promise<void> {
    return connection.begin();
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    connection.commit();
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    connection.rollback();
  }

  async destroy(): Promise<void> {
    this.#closing.abort(new Error('the store is closed'));
    // What is under way ends first.
    await this.#lock();
    this.#connection?.close();
    this.#connection = undefined;
    this.#unlock();
  }

  async #lock(): Promise<void> {
    if (this.#inUse) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#inUse = true;
  }

  #unlock(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#inUse = false;
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: SqliteDatabase;
  readonly #patience: Patience;

  constructor(database: SqliteDatabase, patience: Patience) {
    this.#database = database;
    this.#patience = patience;
  }

  begin(): Promise<void> {
    return whenFree(this.#patience, () => this.#database.exec('BEGIN IMMEDIATE'));
  }

  commit(): void {
    this.#database.exec('COMMIT');
  }

  rollback(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // A full disk, for one, has ended the transaction already; what ended it is thrown by the statement that met it.
    }
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    // A row is what the author of the statement says it is: kysely's own types rest on the same.
    const rows = await whenFree(this.#patience, () => this.#database.all(sql, parameters) as Row[]);
    return { rows };
  }

  streamQuery(): never {
    throw new Error('The store does not stream.');
  }

  close(): void {
    this.#database.close();
  }
}

interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Tries again while another process has the database. SQLite's own wait would hold the event loop, and every session with it. */
async function whenFree<T>({ clock, signal }: Patience, work: () => T): Promise<T> {
  const deadline = clock.now() + patienceMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      const code = resultCode(error);
      if (code === undefined || !busyCodes.has(code) || clock.now() >= deadline) throw error;
      await clock.wait(pauseMs, signal);
    }
  }
}

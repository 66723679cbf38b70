import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { type CustomTypesConfig, DatabaseError, Pool, type PoolClient, types } from 'pg';
import { often } from '../dialect.ts';

/** How long the database may take, in ms. */
export interface TimeLimits {
  /** To accept a connection. */
  readonly connectMs: number;
  /** To answer a statement, or to be told what comes next in a transaction. */
  readonly answerMs: number;
}

/** One connection appends, one after the other; the rest is for those who read. */
const connections = 8;

/** The database gives up a statement first: its own sentence tells more than a silence does. */
const silenceMs = 500;

/** Connections to the database at `url`; one on which something other than a statement failed is not used again. */
export function postgresPool(url: string, { connectMs, answerMs }: TimeLimits): PostgresPool {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: answerMs,
    query_timeout: answerMs + silenceMs,
    // A server that stands still in the middle of a transaction would hold its session against whoever takes it over.
    idle_in_transaction_session_timeout: answerMs,
    keepAlive: true,
    types: numbers,
  });
  // An idle connection that breaks is replaced when one is needed; without a listener it would end the process.
  pool.on('error', () => undefined);
  const prepared = naming();
  return {
    // kysely's interface knows cursors too, and the type of a row is what its caller says.
    connect: async () => new PooledConnection(await pool.connect(), prepared) as unknown as PostgresPoolClient,
    end: () => pool.end(),
  };
}

class PooledConnection {
  readonly #client: PoolClient;
  readonly #prepared: Naming;
  #fault: Error | undefined;

  constructor(client: PoolClient, prepared: Naming) {
    this.#client = client;
    this.#prepared = prepared;
    client.on('error', this.#break);
  }

  async query(text: string, parameters: readonly unknown[]) {
    // A statement behind one that was given up would wait for its answer: the ROLLBACK, for one.
    if (this.#fault) throw this.#fault;
    try {
      return await this.#client.query({ ...this.#prepared(text), text, values: [...parameters] });
    } catch (error) {
      if (!(error instanceof DatabaseError)) this.#break(error);
      throw error;
    }
  }

  release(): void {
    this.#client.off('error', this.#break);
    this.#client.release(this.#fault);
  }

  readonly #break = (error: unknown) => {
    this.#fault = error instanceof Error ? error : new Error(String(error));
  };
}

type Naming = (text: string) => { readonly name?: string };

/** The names under which connections keep statements prepared; there are a handful of them. */
function naming(): Naming {
  const names = new Map<string, string>();
  return (text) => {
    if (!text.startsWith(often)) return {};
    const name = names.get(text) ?? `often_${names.size}`;
    names.set(text, name);
    return { name };
  };
}

/** The store's own 64-bit numbers stay below 2^53; `pg` gives them as text. */
const numbers: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)),
};

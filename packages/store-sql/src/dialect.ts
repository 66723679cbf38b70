import type { StoreError } from '@live-transcribe/core';
import type { Dialect, Kysely, QueryExecutorProvider, RawBuilder, Transaction } from 'kysely';
import type { SessionRow, Tables } from './tables.ts';
import type { Term } from './words.ts';

/**
 * Begins a statement that is run for every final. PostgreSQL keeps those prepared: planning one takes longer than running
 * it. (SQLite's are all kept.)
 */
export const often = '/* often */';

/** All in which the two databases differ for the store; every other statement is one text for both. */
export interface StoreDialect {
  readonly kysely: Dialect;
  /** Begins a transaction that writes. */
  readonly begin: string;
  readonly schema: SchemaWords;
  readonly search: SearchIndex;
  /** The elements of a JSON array as rows with the one column `value`. */
  elements(json: string): RawBuilder<unknown>;
  /** Keeps other servers from changing the schema until the transaction ends. */
  lockSchema(transaction: Transaction<Tables>): Promise<void>;
  /** What has failed, in a sentence for an operator. */
  fault(error: unknown): StoreError;
  /** Why it should not be given more, though it still takes what comes; `undefined` where nothing speaks against it. */
  shortage(): Promise<string | undefined>;
  /** Called after something was deleted: nothing of it shall stay behind. */
  afterDelete(db: Kysely<Tables>): Promise<void>;
}

export interface SchemaWords {
  /** The type of a key: 64 bits. */
  readonly integer: string;
  /** The type of text that is compared by its code points, whatever the database's language. */
  readonly text: string;
  /** Behind a table whose rows are to lie in the order of their primary key. */
  readonly clustered: string;
}

/** Finds closed sessions by their words. Sessions are given by their keys. */
export interface SearchIndex {
  create(db: Kysely<Tables>): Promise<void>;
  /** Takes in the words that `words` has of a session. */
  put(db: QueryExecutorProvider, session: number): Promise<void>;
  /** Moves what it has of a session back to `words`. */
  restore(db: QueryExecutorProvider, session: number): Promise<void>;
  remove(db: QueryExecutorProvider, session: number): Promise<void>;
  /** Does work that reads lists, by `sessionsWith` or without it, in the conditions that those queries need. */
  read<T>(db: Kysely<Tables>, work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * Queries of the sessions in which all of the terms occur (at least one), for one page in the order of their keys. Each
   * is asked only where the one before has not filled the page; the last one is complete.
   */
  sessionsWith(terms: readonly Term[], keys: KeyRange): readonly RawBuilder<SessionRow>[];
}

/** The keys from `least` on, without `below`; absent: all of them. */
export interface KeyRange {
  readonly least: number | undefined;
  readonly below: number | undefined;
}

import { CompiledQuery, type DatabaseConnection, type Kysely, type QueryExecutorProvider } from 'kysely';
import type { Tables } from './tables.ts';

/** What runs a statement that is compiled: a connection, or kysely in a transaction. */
export type Runner = Pick<DatabaseConnection, 'executeQuery'>;

/** A transaction in which statements run: compiled ones by the connection itself, others by kysely. */
export type AppendTransaction = Runner & QueryExecutorProvider;

const commit = CompiledQuery.raw('COMMIT');
const rollback = CompiledQuery.raw('ROLLBACK');

/**
 * Does `work` in a transaction that `begin` begins. There is one for every final, and kysely's own way through
 * executors and builders costs more than the final's statements do.
 */
export function appendTransaction<T>(
  db: Kysely<Tables>,
  begin: CompiledQuery,
  work: (transaction: AppendTransaction) => Promise<T>,
): Promise<T> {
  const executor = db.getExecutor();
  return executor.provideConnection(async (connection) => {
    const getExecutor = () => executor.withConnectionProvider({ provideConnection: (use) => use(connection) });
    await connection.executeQuery(begin);
    try {
      const done = await work({ executeQuery: (query) => connection.executeQuery(query), getExecutor });
      await connection.executeQuery(commit);
      return done;
    } catch (error) {
      // What ended the transaction may have rolled it back already, or be the loss of the connection.
      await connection.executeQuery(rollback).catch(() => undefined);
      throw error;
    }
  });
}

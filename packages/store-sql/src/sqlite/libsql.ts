import Database from 'libsql';
import { keepStatements, type OpenSqlite } from './sqlite-database.ts';

/** SQLite for a Node that has none of its own. */
export const openLibsql: OpenSqlite = (file) => {
  const database = opened(file);
  const prepared = keepStatements((sql) => {
    const statement = database.prepare(sql);
    return { statement, reads: statement.reader };
  });
  return {
    all: (sql, parameters) => {
      const { statement, reads } = prepared(sql);
      if (reads) return statement.all(parameters);
      statement.run(parameters);
      return [];
    },
    exec: (sql) => void database.exec(sql),
    close: () => {
      emptyLog(database);
      database.close();
    },
  };
};

/** Libsql closes the file only when its statements have been collected as garbage: what SQLite would do then is done now. */
function emptyLog(database: Database.Database): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // The log may as well stay: whoever opens the file next reads it.
  }
}

function opened(file: string): Database.Database {
  try {
    return new Database(file);
  } catch (error) {
    // The one error of libsql's that has SQLite's result code in its text only.
    const [, code] = /: (\d+)"\)$/.exec(error instanceof Error ? error.message : '') ?? [];
    throw Object.assign(new Error('unable to open the database file', { cause: error }), { rawCode: Number(code) });
  }
}

/** What the store needs of a SQLite library: synchronous, one connection. */
export interface SqliteDatabase {
  /** Runs one statement; answers its rows, none where it gives none. Statements are kept prepared, by their text. */
  all(sql: string, parameters: readonly unknown[]): readonly unknown[];
  /** Runs statements without parameters and rows. */
  exec(sql: string): void;
  close(): void;
}

export type OpenSqlite = (file: string) => SqliteDatabase;

/** Texts of statements that vary (a list with or without a filter) are a few dozens; this is their bound. */
const statementsKept = 200;

/** Prepared statements by their text; the oldest goes when there are too many. */
export function keepStatements<Statement>(prepare: (sql: string) => Statement): (sql: string) => Statement {
  const kept = new Map<string, Statement>();
  return (sql) => {
    const known = kept.get(sql);
    if (known !== undefined) return known;
    const statement = prepare(sql);
    const [oldest] = kept.size >= statementsKept ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(sql, statement);
    return statement;
  };
}

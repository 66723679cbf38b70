import process from 'node:process';
import { keepStatements, type OpenSqlite } from './sqlite-database.ts';

// The types of the oldest Node that this runs on do not have the module.
interface NodeSqlite {
  readonly DatabaseSync: new (
    file: string,
  ) => {
    prepare(sql: string): { all(...parameters: readonly unknown[]): unknown[] };
    exec(sql: string): void;
    close(): void;
  };
}

/** Node's own SQLite; `undefined` where this Node has none. */
export function nodeSqlite(): OpenSqlite | undefined {
  const module: unknown = withoutWarning(() => process.getBuiltinModule('node:sqlite'));
  if (!isNodeSqlite(module)) return undefined;
  return (file) => {
    const database = new module.DatabaseSync(file);
    const prepared = keepStatements((sql) => database.prepare(sql));
    return {
      all: (sql, parameters) => prepared(sql).all(...parameters),
      exec: (sql) => database.exec(sql),
      close: () => database.close(),
    };
  };
}

function isNodeSqlite(module: unknown): module is NodeSqlite {
  return typeof module === 'object' && module !== null && 'DatabaseSync' in module;
}

/** Node 22 warns at loading that the module is an experiment: what the store asks of it is tested, and nobody can act on it. */
function withoutWarning<T>(load: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  Object.defineProperty(process, 'emitWarning', { ...own, value: () => undefined });
  try {
    return load();
  } finally {
    if (own) Object.defineProperty(process, 'emitWarning', own);
  }
}

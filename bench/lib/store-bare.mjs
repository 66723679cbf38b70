/** The least that keeps a final: a prepared INSERT of its JSON, by the library that the store uses. */
import Database from 'libsql';
import { Client } from 'pg';

const table = 'CREATE TABLE bare (session bigint, seq bigint, body text, PRIMARY KEY (session, seq))';

/** Node's own SQLite where there is one, as the store does it. */
function openSqlite(file) {
  const builtin = process.getBuiltinModule('node:sqlite');
  return builtin ? new builtin.DatabaseSync(file) : new Database(file);
}

async function untilOver(seconds, insert) {
  const until = performance.now() + seconds * 1_000;
  let count = 0;
  for (; performance.now() < until; count += 1) await insert(count);
  return count;
}

export const bareInserts = {
  sqlite: async (file, measured, seconds, final) => {
    const database = openSqlite(file);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec(table);
    const insert = database.prepare('INSERT INTO bare VALUES (?, ?, ?)');
    const bare = await measured(() =>
      untilOver(seconds, (count) => void insert.run(1, count, JSON.stringify(final(count)))),
    );
    database.close();
    return { bare };
  },
  postgres: async (url, measured, seconds, final) => {
    const client = new Client(url);
    await client.connect();
    await client.query(table);
    const text = 'INSERT INTO bare VALUES ($1, $2, $3)';
    const bare = await measured(() =>
      untilOver(seconds, (count) =>
        client.query({ name: 'bare', text, values: [1, count, JSON.stringify(final(count))] }),
      ),
    );
    await client.end();
    return { bare };
  },
};

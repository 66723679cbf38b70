import { sql } from 'kysely';
import type { SearchIndex } from '../dialect.ts';
import { type SessionRow, sessionColumns } from '../tables.ts';
import { wordsPerSession } from '../words.ts';

const columns = sql.join(sessionColumns.map((name) => sql.ref(name)));

/**
 * FTS5. The words are apart already, so that the plainest tokenizer takes them as they are; which words a session has is
 * all there is to know (`detail=none`), and `secure-delete` takes words out of the index at once.
 */
export const fullTextSearch: SearchIndex = {
  async create(db) {
    await sql`CREATE VIRTUAL TABLE search USING fts5(words, detail=none, tokenize='ascii', prefix='1 2 3')`.execute(db);
    await sql`INSERT INTO search (search, rank) VALUES ('secure-delete', 1)`.execute(db);
  },
  async put(db, session) {
    await sql`INSERT OR REPLACE INTO search (rowid, words)
      SELECT ${session}, group_concat(word, ' ')
      FROM (SELECT word FROM words WHERE session = ${session} LIMIT ${sql.lit(wordsPerSession)})
      HAVING count(*) > 0`.execute(db);
  },
  async restore(db, session) {
    await sql`INSERT INTO words (session, word)
      SELECT search.rowid, value FROM search, json_each('["' || replace(search.words, ' ', '","') || '"]')
      WHERE search.rowid = ${session} ON CONFLICT DO NOTHING`.execute(db);
    await this.remove(db, session);
  },
  async remove(db, session) {
    await sql`DELETE FROM search WHERE rowid = ${session}`.execute(db);
  },
  read: (db, work) => work(db),
  sessionsWith(terms, { least = 0, below = Number.MAX_SAFE_INTEGER }) {
    // Words are letters, digits and marks: within quotes nothing of them is FTS5's syntax.
    const query = terms.map(({ word, prefix }) => `"${word}"${prefix ? '*' : ''}`).join(' AND ');
    // A cross join is SQLite's way of saying which table comes first: the index gives its rows in the order of their keys,
    // and stops when a page is full.
    const all = sql<SessionRow>`(SELECT search.rowid AS key, ${columns}
      FROM search CROSS JOIN sessions ON sessions.key = search.rowid
      WHERE search MATCH ${query} AND search.rowid >= ${least} AND search.rowid < ${below})`;
    return [all];
  },
};

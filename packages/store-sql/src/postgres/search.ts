import { sql } from 'kysely';
import type { SearchIndex } from '../dialect.ts';
import { type SessionRow, sessionColumns } from '../tables.ts';
import { wordsPerSession } from '../words.ts';

/** A `tsvector` for each closed session, made of the words as they are, under a GIN index. */
export const vectorSearch: SearchIndex = {
  async create(db) {
    await sql`CREATE TABLE search (session bigint PRIMARY KEY, words tsvector NOT NULL)`.execute(db);
    await sql`CREATE INDEX search_by_word ON search USING gin (words) WITH (fastupdate = off)`.execute(db);
  },
  async put(db, session) {
    await sql`INSERT INTO search (session, words)
      SELECT ${session}::bigint, array_to_tsvector(array_agg(word))
      FROM (SELECT word FROM words WHERE session = ${session} LIMIT ${sql.lit(wordsPerSession)}) AS known
      HAVING count(*) > 0
      ON CONFLICT (session) DO UPDATE SET words = excluded.words`.execute(db);
  },
  async restore(db, session) {
    await sql`INSERT INTO words (session, word)
      SELECT session, unnest(tsvector_to_array(words)) FROM search WHERE session = ${session}
      ON CONFLICT DO NOTHING`.execute(db);
    await this.remove(db, session);
  },
  async remove(db, session) {
    await sql`DELETE FROM search WHERE session = ${session}`.execute(db);
  },
  read: (db, work) =>
    db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (transaction) => {
        await sql`SELECT ${sql.join(plan.map((name) => sql`set_config(${sql.lit(name)}, 'off', true)`))}`.execute(
          transaction,
        );
        return work(transaction);
      }),
  sessionsWith(terms, { least = 0, below = Number.MAX_SAFE_INTEGER }) {
    // Words are letters, digits and marks: within quotes nothing of them is syntax of a tsquery.
    const query = terms.map(({ word, prefix }) => `'${word}'${prefix ? ':*' : ''}`).join(' & ');
    const newest = sql<SessionRow>`(SELECT sessions.*
      FROM (SELECT session, words FROM search WHERE session < ${below} ORDER BY session DESC LIMIT ${sql.lit(looked)}) AS newest
      JOIN sessions ON sessions.key = newest.session
      WHERE newest.words @@ ${query}::tsquery)`;
    // By the key of the index, in its order: what is behind a full page is not fetched. OFFSET 0 keeps the two apart.
    const all = sql<SessionRow>`(WITH matches AS MATERIALIZED (SELECT session FROM search WHERE words @@ ${query}::tsquery)
      SELECT ordered.session AS key, ${columns}
      FROM (SELECT session FROM matches WHERE session >= ${least} AND session < ${below} ORDER BY session DESC) AS ordered
      CROSS JOIN LATERAL (SELECT * FROM sessions WHERE key = ordered.session OFFSET 0) AS found)`;
    return [newest, all];
  },
};

const columns = sql.join(sessionColumns.map((name) => sql.ref(name)));

/** Sessions whose words are looked through in a millisecond or two. */
const looked = 3_000;

/**
 * How often something occurs PostgreSQL can only guess, at the beginning of a word always and without ANALYZE everywhere;
 * where it guesses wrong it reads all sessions there are. So the plan is laid down: lists are read in the order of an
 * index, row by row, until a page is full. A search looks through the newest sessions first, which fills a page with what
 * is frequent; what is not is looked up in the index of words, whose matches are then few.
 */
const plan = ['enable_seqscan', 'enable_sort', 'enable_hashjoin', 'enable_mergejoin', 'jit'];

import type { SessionPage, SessionQuery, SessionRecord } from '@live-transcribe/core';
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { cursorAfter, keyOfCursor } from './cursor.ts';
import type { KeyRange, SearchIndex } from './dialect.ts';
import { recordOf } from './record.ts';
import { firstKeyFrom } from './session-key.ts';
import type { SessionRow, Tables } from './tables.ts';
import { plainText } from './text.ts';
import { type Term, termsOf } from './words.ts';

interface Listing {
  readonly db: Kysely<Tables>;
  readonly index: SearchIndex;
  readonly secret: string;
  /** The servers that live. */
  readonly living: ReadonlySet<string>;
}

type Sessions = SelectQueryBuilder<Tables, 'sessions', SessionRow>;

/** The page that is asked for, of some sessions, and one session more: it tells whether there is another page. */
type ReadPage = (sessions: Sessions) => Promise<SessionRow[]>;

/** A page of sessions, newest first: by key, which is the order of their starts. */
export async function listSessions({ db, index, secret, living }: Listing, query: SessionQuery): Promise<SessionPage> {
  const terms = termsOf(query.text ?? '');
  if (query.text !== undefined && terms.length === 0) return { sessions: [], next: undefined };
  const keys = keysOf(query, secret);
  const rows = await index.read(db, (reading) => newest(reading, index, { query, terms, keys, living }));
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    sessions: page.map((row) => recordOf(row, living)),
    next: last && rows.length > query.limit ? cursorAfter(last.key, secret) : undefined,
  };
}

function keysOf({ from, to, cursor }: SessionQuery, secret: string): KeyRange {
  const end = to === undefined ? undefined : firstKeyFrom(to);
  const place = cursor === undefined ? undefined : keyOfCursor(cursor, secret);
  return {
    least: from === undefined ? undefined : firstKeyFrom(from),
    below: end !== undefined && place !== undefined ? Math.min(end, place) : (end ?? place),
  };
}

interface Wanted {
  readonly query: SessionQuery;
  readonly terms: readonly Term[];
  readonly keys: KeyRange;
  readonly living: ReadonlySet<string>;
}

/** A page of those that live and one of those that are closed, each by indexes of their own; and the newest of both. */
async function newest(db: Kysely<Tables>, index: SearchIndex, wanted: Wanted): Promise<SessionRow[]> {
  const { state, limit } = wanted.query;
  const readPage = pageReader(wanted);
  // In this order: a session that closes in between is in both, and not in neither.
  const live = await readPage(wanted.terms.reduce(saying, unclosed(db, wanted)));
  const closed = state === 'live' || state === 'orphaned' ? [] : await readClosed(db, index, wanted, readPage);
  const rows = new Map([...live, ...closed].map((row) => [row.key, row]));
  return [...rows.values()].toSorted((a, b) => b.key - a.key).slice(0, limit + 1);
}

/** Of those that nobody has closed, the ones that are asked for: with an owner that lives, without one, or all. */
function unclosed(db: Kysely<Tables>, { query: { state }, living }: Wanted): Sessions {
  const sessions = inState(db, 'live');
  if (state === undefined) return sessions;
  const owners = [...living];
  const isOwned =
    owners.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`coalesce(owner, '') IN (${sql.join(owners)})`;
  return sessions.where(state === 'live' ? isOwned : sql<boolean>`NOT (${isOwned})`);
}

async function readClosed(
  db: Kysely<Tables>,
  index: SearchIndex,
  { query, terms, keys }: Wanted,
  readPage: ReadPage,
): Promise<SessionRow[]> {
  if (terms.length === 0) return readPage(inState(db, 'closed'));
  let rows: SessionRow[] = [];
  for (const matching of index.sessionsWith(terms, keys)) {
    rows = await readPage(db.selectFrom(matching.as('sessions')).selectAll('sessions'));
    if (rows.length > query.limit) break;
  }
  return rows;
}

/** The state is part of the text: an index of the sessions in one state is chosen by it. */
const inState = (db: Kysely<Tables>, state: SessionRecord['state']): Sessions =>
  db.selectFrom('sessions').selectAll('sessions').where('state', '=', sql.lit(state));

function pageReader({ query: { language, limit }, keys: { least, below } }: Wanted): ReadPage {
  return (sessions) => {
    let page = sessions;
    if (least !== undefined) page = page.where('key', '>=', least);
    if (below !== undefined) page = page.where('key', '<', below);
    if (language !== undefined) page = page.where('language', '=', plainText(language));
    return page
      .orderBy('key', 'desc')
      .limit(limit + 1)
      .execute();
  };
}

function saying(sessions: Sessions, { word, prefix }: Term): Sessions {
  return sessions.where((eb) =>
    eb.exists(
      eb
        .selectFrom('words')
        .select(sql.lit(1).as('one'))
        .whereRef('words.session', '=', 'sessions.key')
        .where('word', '>=', word)
        .where('word', '<=', prefix ? `${word}\u{10ffff}` : word),
    ),
  );
}

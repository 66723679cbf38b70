import { type Claim, type LoggedEvent, StoreError } from '@live-transcribe/core';
import { sql } from 'kysely';
import type { AppendStatements } from './append-statements.ts';
import type { AppendTransaction } from './append-transaction.ts';
import type { SearchIndex } from './dialect.ts';
import { type Summary, summarise } from './summary.ts';

/** Events that one caller wants kept: at least one, with numbers in order. */
export interface Append {
  readonly claim: Claim;
  readonly events: readonly LoggedEvent[];
}

/** A transaction in which events are kept. */
export interface Batch {
  readonly db: AppendTransaction;
  readonly statements: AppendStatements;
  readonly search: SearchIndex;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Entry extends Append {
  readonly key: number;
  readonly summary: Summary;
}

/**
 * Keeps events of different sessions with as few statements as for one. Answers what it has not kept, since the session
 * is not at the number before it or is no longer the caller's.
 */
export async function appendBatch(batch: Batch, appends: readonly Append[]): Promise<readonly Append[]> {
  const summaries = appends.map((append) => ({ ...append, summary: summarise(append.events) }));
  const changed = await batch.statements.advance(batch.db, summaries.map(advanceOf));
  const keys = new Map(changed.map(({ id, key }) => [id, key]));
  const entries = summaries.flatMap((entry) => {
    const key = keys.get(entry.claim.session);
    return key === undefined ? [] : [{ ...entry, key }];
  });
  await keepEvents(batch, entries);
  await keepWords(batch, entries);
  return appends.filter(({ claim }) => !keys.has(claim.session));
}

/**
 * Keeps what the session does not have yet of one append, whatever it has. Throws `store_fenced`, or `store_unavailable`
 * where events before these are missing.
 */
export async function appendRest(batch: Batch, { claim, events }: Append): Promise<void> {
  // Written first, so that the row is held from here on: what is read of it stays true.
  const { session, epoch } = claim;
  const { rows } = await sql<{ readonly seq: number }>`
    UPDATE sessions SET epoch = ${epoch} WHERE id = ${session} AND epoch = ${epoch} RETURNING seq`.execute(batch.db);
  const [row] = rows;
  if (!row) throw notOurs();
  const rest = events.filter(({ seq }) => seq > row.seq);
  const [first] = rest;
  if (!first) return;
  if (first.seq !== row.seq + 1) throw holeAfter(row.seq, first.seq);
  await appendBatch(batch, [{ claim, events: rest }]);
}

/** The error for a claim that is out of date, or of a session that is gone. */
export const notOurs = () => new StoreError('store_fenced', 'The session has been taken over or deleted.');

/** The error for an event whose predecessor is missing. */
export const holeAfter = (seq: number, next: number) =>
  new StoreError('store_unavailable', `Event ${next} cannot follow event ${seq}: those between were not kept.`, {
    retryable: false,
  });

function advanceOf({ claim, events, summary }: Omit<Entry, 'key'>) {
  const after = (events[0]?.seq ?? 1) - 1;
  return {
    id: claim.session,
    epoch: claim.epoch,
    after,
    seq: after + events.length,
    segments: summary.segments,
    last_end: summary.lastEnd,
    preview: summary.preview,
  };
}

async function keepEvents({ db, statements, now }: Batch, entries: readonly Entry[]): Promise<void> {
  const rows = entries.flatMap(({ key, events }) =>
    events.map((event) => ({ session: key, seq: event.seq, kind: event.kind, body: JSON.stringify(event) })),
  );
  if (rows.length > 0) await statements.insertEvents(db, rows);
  const turns = entries.flatMap(({ key, summary: { run } }) => {
    if (!run) return [];
    const { state, engine, language, duration } = run;
    return [{ key, state, engine, language, duration, ended_at: state === 'closed' ? now : undefined }];
  });
  if (turns.length > 0) await statements.turn(db, turns);
}

/** Words of sessions that live stand in `words`; those of closed ones in the search index. */
async function keepWords({ db, statements, search }: Batch, entries: readonly Entry[]): Promise<void> {
  for (const { key, summary } of entries) if (summary.run?.resumed) await search.restore(db, key);
  const words = entries.flatMap(({ key, summary }) => Array.from(summary.words, (word) => ({ session: key, word })));
  if (words.length > 0) await statements.insertWords(db, words);
  for (const { key, summary } of entries) {
    if (summary.run?.state !== 'closed') continue;
    await search.put(db, key);
    await sql`DELETE FROM words WHERE session = ${key}`.execute(db);
  }
}

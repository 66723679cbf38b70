import { type Claim, type NewSession, StoreError } from '@live-transcribe/core';
import type { Kysely } from 'kysely';
import type { StoreDialect } from './dialect.ts';
import { sessionKey } from './session-key.ts';
import type { Tables } from './tables.ts';
import { isSessionId, plainText } from './text.ts';

/** Enough keys to try that finding all of them taken means more sessions in a millisecond than can be. */
const keysToTry = 20;

/** Keeps a new session, or claims it again where it is there with the same start. */
export async function createSession(db: Kysely<Tables>, session: NewSession, owner: string): Promise<Claim> {
  const { id, startedAt } = session;
  if (!isSessionId(id))
    throw new StoreError('store_unavailable', 'A session cannot have such an id.', { retryable: false });
  for (let attempt = 0; attempt < keysToTry; attempt += 1) {
    const claimed = await db
      .updateTable('sessions')
      .set((eb) => ({ epoch: eb('epoch', '+', 1), owner }))
      .where('id', '=', id)
      .where('started_at', '=', startedAt)
      .returning('epoch')
      .executeTakeFirst();
    if (claimed) return { session: id, epoch: claimed.epoch };
    const created = await insertSession(db, session, owner);
    if (created) return { session: id, epoch: created.epoch };
    const other = await db
      .selectFrom('sessions')
      .select('id')
      .where('id', '=', id)
      .where('started_at', '!=', startedAt)
      .executeTakeFirst();
    if (other) throw new StoreError('store_fenced', `There is another session with the id ${id}.`);
  }
  throw new StoreError('store_unavailable', 'Too many sessions have started in the same millisecond.');
}

/** `undefined` where the id or the key is taken. */
function insertSession(
  db: Kysely<Tables>,
  { id, startedAt, recognition, resumable, keepAudio }: NewSession,
  owner: string,
) {
  return db
    .insertInto('sessions')
    .values({
      key: sessionKey(startedAt),
      id,
      started_at: startedAt,
      request: JSON.stringify({ ...recognition, keepAudio }),
      resumable: resumable ? 1 : 0,
      engine: '',
      state: 'live',
      ended_at: null,
      epoch: 1,
      seq: 0,
      segments: 0,
      last_end: 0,
      duration: 0,
      preview: '',
      owner,
      language: recognition.language === undefined ? null : plainText(recognition.language),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('epoch')
    .executeTakeFirst();
}

/** Removes a session and all that is kept of it; `db` is a transaction. `endedBefore`: only where it ended before then. */
export async function removeSession(
  db: Kysely<Tables>,
  { search }: StoreDialect,
  id: string,
  endedBefore?: number,
): Promise<boolean> {
  const sessions = db.deleteFrom('sessions').where('id', '=', id);
  const chosen = endedBefore === undefined ? sessions : sessions.where('ended_at', '<', endedBefore);
  const row = await chosen.returning('key').executeTakeFirst();
  if (!row) return false;
  await db.deleteFrom('events').where('session', '=', row.key).execute();
  await db.deleteFrom('words').where('session', '=', row.key).execute();
  await search.remove(db, row.key);
  return true;
}

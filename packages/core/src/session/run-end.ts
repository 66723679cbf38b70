import { errorTable } from '../errors.ts';
import type { SessionRecord, SessionStore } from '../ports/session-store.ts';
import type { LoggedEvent, Seq } from './events.ts';

export type Closed = Extract<LoggedEvent, { kind: 'closed' }>;

/**
 * From when on nothing follows a run that ended with `closed`, in ms since 1970: from its end, or `comingBackMs` later where
 * the speaker may be on the way from a server that stops to the next one.
 */
export function overFrom(
  { stopped, error }: Closed,
  { resumable, endedAt }: { readonly resumable: boolean; readonly endedAt: number },
  comingBackMs: number,
): number {
  const mayGoOn = resumable && !stopped && (error === undefined || errorTable[error.code].retryable);
  return mayGoOn ? endedAt + comingBackMs : endedAt;
}

/** The last event of a session that is kept, where that is the end of a run. Throws `StoreError`. */
export async function runEnd(
  { id, seq, state }: SessionRecord,
  store: Pick<SessionStore, 'read'>,
): Promise<Closed | undefined> {
  if (state === 'live') return undefined;
  const [last] = await store.read(id, (seq - 1) as Seq, 1);
  return last?.kind === 'closed' ? last : undefined;
}

/** Whether nothing follows what is kept of a session. Throws `StoreError`. */
export async function isOver(
  record: SessionRecord,
  store: Pick<SessionStore, 'read'>,
  comingBackMs: number,
): Promise<boolean> {
  const closed = await runEnd(record, store);
  if (!closed) return false;
  const { resumable, endedAt = Date.now() } = record;
  return overFrom(closed, { resumable, endedAt }, comingBackMs) <= Date.now();
}

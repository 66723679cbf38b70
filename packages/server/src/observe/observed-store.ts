import { asTranscribeError, type SessionStore, type TranscribeError } from '@live-transcribe/core';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/**
 * `store`, with how long it takes and what it does not do noted. That it is away is logged once, whatever number of
 * sessions finds out, and that it is back.
 */
export function observeStore(store: SessionStore, { storeOperations, storeErrors }: Metrics, log: Log): SessionStore {
  let awaySince: number | undefined;
  const noteBack = () => {
    if (awaySince === undefined) return;
    log.info({ awayMs: Math.round(performance.now() - awaySince) }, 'the store of transcripts is back');
    awaySince = undefined;
  };
  const noteFailure = (operation: string, { code, message }: TranscribeError) => {
    storeErrors.inc({ operation, code });
    if (code !== 'store_unavailable' || awaySince !== undefined) return;
    awaySince = performance.now();
    log.error({ operation, code }, `the store of transcripts is away, what is said waits in memory: ${message}`);
  };
  const timed = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    try {
      const done = await work();
      noteBack();
      return done;
    } catch (thrown) {
      noteFailure(operation, asTranscribeError(thrown));
      throw thrown;
    } finally {
      storeOperations.observe({ operation }, (performance.now() - began) / 1000);
    }
  };
  return {
    create: (session) => timed('create', () => store.create(session)),
    claim: (id) => timed('claim', () => store.claim(id)),
    append: (claim, events) => timed('append', () => store.append(claim, events)),
    find: (id) => timed('find', () => store.find(id)),
    read: (id, after, limit) => timed('read', () => store.read(id, after, limit)),
    list: (query) => timed('list', () => store.list(query)),
    delete: (id) => timed('delete', () => store.delete(id)),
    expire: (endedBefore, limit) => timed('expire', () => store.expire(endedBefore, limit)),
    readiness: () => store.readiness(),
    close: () => store.close(),
  };
}

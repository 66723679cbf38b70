import { asTranscribeError, type SessionStore } from '@live-transcribe/core';
import type { Metrics } from './metrics.ts';

/** `store`, with how long it takes and what it does not do noted. */
export function observeStore(store: SessionStore, { storeOperations, storeErrors }: Metrics): SessionStore {
  const timed = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    try {
      return await work();
    } catch (thrown) {
      storeErrors.inc({ operation, code: asTranscribeError(thrown).code });
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

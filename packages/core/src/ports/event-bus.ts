import type { SessionEvent } from '../session/events.ts';

/** What a bus carries of one session. */
export type BusMessage =
  | { readonly kind: 'event'; readonly event: SessionEvent }
  /** Says nothing but that the session lives and what its last event's number is: who has missed that one notices. */
  | { readonly kind: 'heartbeat'; readonly seq: number };

/**
 * Brings the events of live sessions to whoever watches, on this machine or another: at most once each, in order. What
 * must not be missed is read from the store.
 */
export interface EventBus {
  /** Never waits and never throws: without watchers it costs next to nothing. */
  publish(session: string, message: BusMessage): void;
  /** From now on; the iterator's `return` ends it. A watcher that reads too slowly misses partials first, then events. */
  subscribe(session: string): AsyncIterableIterator<BusMessage>;
  close(): Promise<void>;
}

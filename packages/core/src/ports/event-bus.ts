import type { TimelineMs } from '@live-transcribe/audio';
import type { SessionEvent } from '../session/events.ts';

/** What a bus carries of one session. */
export type BusMessage =
  | { readonly kind: 'event'; readonly event: SessionEvent }
  /** Says nothing but that the session lives and what its last event's number is: who has missed that one notices. */
  | { readonly kind: 'heartbeat'; readonly seq: number };

/** What a server wants of the one that has a session. */
export interface Wanted {
  readonly session: string;
  /** Where on the timeline the audio begins that the speaker brings to the server that asks. */
  readonly from: TimelineMs;
}

/** What another server asks. Who has the session answers, nobody else. */
export type BusCall =
  /** Somebody there watches the session from now on: they are to be told soon how far it has come. */
  | { readonly kind: 'watched'; readonly session: string }
  /** The speaker has come back there. `answer`: that it is being let go of, and that it has been; never waits nor throws. */
  | (Wanted & { readonly kind: 'wanted'; answer(what: 'letting go' | 'let go'): void });

/**
 * Brings the events of live sessions to whoever watches, on this machine or another: at most once each, in order. What
 * must not be missed is read from the store.
 */
export interface EventBus {
  /** Never waits and never throws: without watchers it costs next to nothing. */
  publish(session: string, message: BusMessage): void;
  /** From now on; the iterator's `return` ends it. A watcher that reads too slowly misses partials first, then events. */
  subscribe(session: string): AsyncIterableIterator<BusMessage>;
  /** What other servers ask, until the bus is closed; for one reader. */
  calls(): AsyncIterable<BusCall>;
  /**
   * Asks whoever has a session to let go of it. `let go`: what was said is kept, and the session may be claimed. `silent`:
   * nobody has said in time that they have it, or that they have let go.
   */
  ask(wanted: Wanted): Promise<'let go' | 'silent'>;
  /** Takes two seconds at most. */
  close(): Promise<void>;
}

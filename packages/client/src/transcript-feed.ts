import { BoundedStream } from './bounded-stream.ts';
import { TranscriptionError } from './errors.ts';
import type { Listener, ListenOptions, TranscriptionEventMap, TranscriptionState } from './feed-events.ts';
import type { ErrorEvent, TranscriptionEvent } from './messages.ts';
import { applyEvent, closeOpen, eventOf, isToldAgain, type Segment } from './transcript.ts';

type Listeners = { readonly [K in keyof TranscriptionEventMap]: Set<Listener<TranscriptionEventMap[K]>> };

/** Partials merge, so that only finals pile up: hours of speech. */
const unreadEvents = 10_000;

/** A transcript while it comes about: as data, as events, and as an async iterable with any number of readers. */
export class TranscriptFeed implements AsyncIterable<TranscriptionEvent> {
  #state: TranscriptionState = 'idle';
  #segments: readonly Segment[] = [];
  #error: unknown;
  /** Why the readers have come to an end; set with the states `ended` and `failed`. */
  #ending: { readonly reason: unknown } | undefined;
  readonly #readers = new Set<BoundedStream<TranscriptionEvent>>();
  readonly #listeners: Listeners = {
    partial: new Set(),
    final: new Set(),
    words: new Set(),
    notice: new Set(),
    error: new Set(),
    ended: new Set(),
    state: new Set(),
    segments: new Set(),
    level: new Set(),
    progress: new Set(),
  };

  get state(): TranscriptionState {
    return this.#state;
  }

  /** Always consistent; a new array whenever something changes. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** What ended it before its time, mostly a `TranscriptionError`; in the state `failed` only. */
  get error(): unknown {
    return this.#error;
  }

  addEventListener<K extends keyof TranscriptionEventMap>(
    type: K,
    listener: Listener<TranscriptionEventMap[K]>,
    { signal }: ListenOptions = {},
  ): void {
    if (signal?.aborted) return;
    this.#listeners[type].add(listener);
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener), { once: true });
  }

  removeEventListener<K extends keyof TranscriptionEventMap>(
    type: K,
    listener: Listener<TranscriptionEventMap[K]>,
  ): void {
    this.#listeners[type].delete(listener);
  }

  /** Begins with the segments there are. Throws `events_not_read` when 10,000 events wait, and what ended the feed early. */
  [Symbol.asyncIterator](): AsyncIterator<TranscriptionEvent> {
    const reader = new BoundedStream<TranscriptionEvent>({
      capacity: unreadEvents,
      replaces: (waiting, next) => waiting.kind === 'partial' && 'text' in next && waiting.segment === next.segment,
      overflow: () => new TranscriptionError('events_not_read', `${unreadEvents} events wait to be read.`),
    });
    this.#readers.add(reader);
    if (this.#ending) this.#endReaders(this.#ending.reason);
    return this.#read(reader, this.#segments);
  }

  async *#read(reader: BoundedStream<TranscriptionEvent>, before: readonly Segment[]) {
    try {
      yield* before.map(eventOf);
      yield* reader;
    } finally {
      this.#readers.delete(reader);
    }
  }

  protected setState(state: TranscriptionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.emit('state', state);
  }

  /** Into the segments, to the listeners, to the readers. */
  protected take<K extends TranscriptionEvent['kind']>(event: TranscriptionEventMap[K] & { readonly kind: K }): void {
    const before = this.#segments;
    // A server that could not keep it before it died has told it; the next one hears the audio again and tells it, too.
    if (isToldAgain(before, event)) return;
    this.#segments = applyEvent(before, event);
    this.emit(event.kind, event);
    for (const reader of this.#readers) {
      // One that does not read is told so, and forgotten.
      if (!reader.push(event)) this.#readers.delete(reader);
    }
    if (this.#segments !== before) this.emit('segments', this.#segments);
  }

  protected emit<K extends keyof TranscriptionEventMap>(type: K, value: TranscriptionEventMap[K]): void {
    for (const listener of this.#listeners[type]) {
      try {
        listener(value);
      } catch (error) {
        // A listener's fault is its own: told where uncaught errors are told, it disturbs nobody else.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  protected end(): void {
    this.#finish('ended');
  }

  /** By the program's own wish: no failure, but readers are not to take it for the end of the transcript. */
  protected abort(reason: unknown): void {
    this.#finish('ended', reason);
  }

  /** `told` where the error event has gone before. */
  protected fail(error: unknown, told = false): void {
    this.#error = error;
    if (!told) this.take(fatal(error));
    this.#finish('failed', error);
  }

  #finish(state: TranscriptionState, reason?: unknown): void {
    const before = this.#segments;
    this.#segments = closeOpen(before);
    if (this.#segments !== before) this.emit('segments', this.#segments);
    this.#ending = { reason };
    this.setState(state);
    this.#endReaders(reason);
  }

  #endReaders(reason: unknown): void {
    for (const reader of this.#readers) {
      if (reason === undefined) reader.end();
      else reader.fail(reason);
    }
    this.#readers.clear();
  }
}

export const fatal = (error: unknown): ErrorEvent => ({
  kind: 'error',
  code: error instanceof TranscriptionError ? error.code : 'internal',
  message: error instanceof Error ? error.message : String(error),
  segment: undefined,
  start: undefined,
  end: undefined,
  fatal: true,
});

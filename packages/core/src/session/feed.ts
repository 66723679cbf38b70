import { orSilence } from '../bus/or-silence.ts';
import { seqOf } from '../bus/watch.ts';
import type { Clock } from '../ports/clock.ts';
import type { BusMessage, EventBus } from '../ports/event-bus.ts';
import type { SessionStore } from '../ports/session-store.ts';
import type { LoggedEvent, Partial, Seq } from './events.ts';
import { type Closed, overFrom, runEnd } from './run-end.ts';

export interface FeedOptions {
  readonly session: string;
  /** The number of the last event that is known already; 0 for all from the start. */
  readonly after: number;
  readonly store: Pick<SessionStore, 'read' | 'find'>;
  readonly bus: Pick<EventBus, 'subscribe'>;
  readonly clock: Clock;
  /** How long after the end of a run the speaker is waited for, unless they have said that this was all. */
  readonly comingBackMs: number;
  /** Ends it, as the reader's leaving does. */
  readonly signal: AbortSignal;
}

/** Events asked of the store at once. */
const pageSize = 200;
/** Signs of life come every 5 s: after a longer silence the bus is not to be relied on, and the store is asked. */
const silenceMs = 6_000;
/** From one question to the next, while the store has news, and while it has none. */
const lookAgainMs = { least: 1_000, most: 12_000 };

/**
 * A session as somebody follows it: every logged event after `after`, in order and once, from the store and then live,
 * with the partials between them. The end of a run is given only when no other one has followed it, as the last event:
 * the feed ends with it, or with the session's removal. It keeps nothing for a reader that is slow: what the bus had to
 * leave out, or cannot bring, is read from the store. Throws `StoreError`.
 */
export async function* feed(options: FeedOptions): AsyncGenerator<LoggedEvent | Partial, void, undefined> {
  const { session, bus, clock, signal } = options;
  // Before anything is read, so that what happens meanwhile is not missed.
  const messages = bus.subscribe(session);
  const leave = () => void messages.return?.();
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  const log = new LogReader(options);
  try {
    yield* log.rest();
    if (await log.isOver()) return yield* log.ending();
    for await (const message of orSilence(messages, { clock, patienceMs: () => log.patienceMs })) {
      const partial = message && log.partial(message);
      if (partial) yield partial;
      if (message && (seqOf(message) ?? 0) <= log.last) continue;
      yield* message ? log.take(message) : log.look();
      if (await log.isOver()) return yield* log.ending();
    }
  } finally {
    signal.removeEventListener('abort', leave);
    await messages.return?.();
  }
}

/** A session's log, from one number on. */
class LogReader {
  readonly #options: FeedOptions;
  #last: number;
  /** The end of a run that nothing has followed yet, and when it was heard. */
  #closed: { readonly event: Closed; readonly heardAt: number } | undefined;
  /** Set when the session is known to be over from then on, unless it is gone on with. */
  #overFrom: number | undefined;
  /** Whether what is known may not be all that there is: else the store need not be asked for the end. */
  #doubts = true;
  #lookAgainMs = silenceMs;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#last = options.after;
  }

  /** The number of the last event that is known. */
  get last(): number {
    return this.#last;
  }

  /** How long a silence of the bus may last before the store is asked. */
  get patienceMs(): number {
    const untilOver = this.#overFrom === undefined ? Number.POSITIVE_INFINITY : this.#overFrom - Date.now();
    return Math.max(10, Math.min(this.#lookAgainMs, untilOver));
  }

  /** The partial in a message. Whatever it brings, the bus works. */
  partial(message: BusMessage): Partial | undefined {
    this.#lookAgainMs = silenceMs;
    return message.kind === 'event' && message.event.kind === 'partial' ? message.event : undefined;
  }

  /** The event that a message brings, or what the store has, where the message tells that there is more. */
  async *take(message: BusMessage): AsyncGenerator<LoggedEvent, void, undefined> {
    const next = this.#next(message);
    if (!next) {
      yield* this.rest();
      this.#doubts = true;
    } else if (this.#learn(next)) yield next;
  }

  /** What the store has, since the bus is silent. */
  async *look(): AsyncGenerator<LoggedEvent, void, undefined> {
    const before = this.#last;
    yield* this.rest();
    this.#doubts = true;
    const { least, most } = lookAgainMs;
    this.#lookAgainMs = this.#last > before ? least : Math.min(most, 2 * this.#lookAgainMs);
  }

  /** All that the store has. */
  async *rest(): AsyncGenerator<LoggedEvent, void, undefined> {
    const { store, session } = this.#options;
    for (let full = true; full; ) {
      const page = await store.read(session, this.#last as Seq, pageSize);
      for (const event of page) if (this.#learn(event)) yield event;
      full = page.length === pageSize;
    }
  }

  /** Whether no more comes. An end that the store could not be told of yet is one all the same. */
  async isOver(): Promise<boolean> {
    if (!this.#doubts) return false;
    const { store, session, comingBackMs } = this.#options;
    const record = await store.find(session);
    if (!record) return true;
    if (record.seq > this.#last) return false;
    const closed = this.#closed?.event ?? (await runEnd(record, store));
    // Else it lives, and what is to come is heard.
    this.#doubts = closed !== undefined;
    if (!closed) return false;
    const { resumable, endedAt = this.#closed?.heardAt ?? Date.now() } = record;
    this.#overFrom = overFrom(closed, { resumable, endedAt }, comingBackMs);
    return this.#overFrom <= Date.now();
  }

  /** The end of the last run, where the reader does not know it yet. */
  *ending(): Generator<Closed, void, undefined> {
    if (this.#closed) yield this.#closed.event;
  }

  /** The event in `message`, if it is the one that comes next. */
  #next(message: BusMessage): LoggedEvent | undefined {
    if (message.kind !== 'event' || !('seq' in message.event)) return undefined;
    return message.event.seq === this.#last + 1 ? message.event : undefined;
  }

  /** Answers whether the event is to be given now. */
  #learn(event: LoggedEvent): boolean {
    this.#last = event.seq;
    this.#overFrom = undefined;
    const ends = event.kind === 'closed';
    this.#closed = ends ? { event, heardAt: Date.now() } : undefined;
    if (ends) this.#doubts = true;
    return !ends;
  }
}

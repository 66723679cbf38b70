import { seqOf } from '../bus/watch.ts';
import type { BusMessage, EventBus } from '../ports/event-bus.ts';
import type { SessionStore } from '../ports/session-store.ts';
import type { LoggedEvent, Partial, Seq } from './events.ts';

export interface FeedOptions {
  readonly session: string;
  /** The number of the last event that is known already; 0 for all from the start. */
  readonly after: number;
  readonly store: Pick<SessionStore, 'read' | 'find'>;
  readonly bus: Pick<EventBus, 'subscribe'>;
  /** Ends it, as the reader's leaving does. */
  readonly signal: AbortSignal;
}

/** Events asked of the store at once. */
const pageSize = 200;

/**
 * A session as somebody follows it: every logged event after `after`, in order and once, from the store and then live,
 * with the partials between them; to the `closed` of a run after which there is none, or the session's removal. It
 * keeps nothing for a reader that is slow: what the bus had to leave out is read from the store. Throws `StoreError`.
 */
export async function* feed(options: FeedOptions): AsyncGenerator<LoggedEvent | Partial, void, undefined> {
  const { session, bus, signal } = options;
  // Before anything is read, so that what happens meanwhile is not missed.
  const messages = bus.subscribe(session);
  const leave = () => void messages.return?.();
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  const log = new LogReader(options);
  try {
    yield* log.rest();
    if (await log.isOver()) return;
    for await (const message of messages) {
      const partial = partialOf(message);
      if (partial) yield partial;
      const seq = seqOf(message) ?? 0;
      if (seq <= log.last) continue;
      const next = log.next(message);
      if (next) yield next;
      else yield* log.rest();
      if ((log.ended || log.last < seq) && (await log.isOver())) return;
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
  #ended = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#last = options.after;
  }

  /** The number of the last event that was given. */
  get last(): number {
    return this.#last;
  }

  /** Whether that was the end of a run. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The event in `message`, if it is the one that comes next. */
  next(message: BusMessage): LoggedEvent | undefined {
    if (message.kind !== 'event' || !('seq' in message.event)) return undefined;
    return message.event.seq === this.#last + 1 ? this.#give(message.event) : undefined;
  }

  /** All that the store has. */
  async *rest(): AsyncGenerator<LoggedEvent, void, undefined> {
    const { store, session } = this.#options;
    for (let full = true; full; ) {
      const page = await store.read(session, this.#last as Seq, pageSize);
      for (const event of page) yield this.#give(event);
      full = page.length === pageSize;
    }
  }

  /** Whether no more comes. An end that the store could not be told of yet is one all the same. */
  async isOver(): Promise<boolean> {
    const { store, session } = this.#options;
    const record = await store.find(session);
    return !record || (record.seq <= this.#last && (this.#ended || record.state === 'closed'));
  }

  #give(event: LoggedEvent): LoggedEvent {
    this.#last = event.seq;
    this.#ended = event.kind === 'closed';
    return event;
  }
}

function partialOf(message: BusMessage): Partial | undefined {
  return message.kind === 'event' && message.event.kind === 'partial' ? message.event : undefined;
}

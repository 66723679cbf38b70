import { Subscription } from '../async/subscription.ts';
import type { BusCall, BusMessage, EventBus } from '../ports/event-bus.ts';
import { Watch } from './watch.ts';

/** The bus of a server that runs alone: who watches is told in the same process. */
export class LocalBus implements EventBus {
  readonly #watches = new Map<string, Set<Watch>>();
  /** Nobody asks; it ends with the bus. */
  readonly #calls = new Subscription<BusCall>({ capacity: 1 });

  readonly #onDeserted: ((session: string) => void) | undefined;

  /** `onDeserted` is called when nobody watches a session any more. */
  constructor(onDeserted?: (session: string) => void) {
    this.#onDeserted = onDeserted;
  }

  /** Sessions that somebody watches. */
  get watched(): ReadonlyMap<string, unknown> {
    return this.#watches;
  }

  publish(session: string, message: BusMessage): void {
    const watches = this.#watches.get(session);
    if (watches) for (const watch of watches) watch.push(message);
  }

  subscribe(session: string): AsyncIterableIterator<BusMessage> {
    const watch = new Watch(() => this.#leave(session, watch));
    const watches = this.#watches.get(session) ?? new Set();
    this.#watches.set(session, watches.add(watch));
    return watch;
  }

  calls(): AsyncIterable<BusCall> {
    return this.#calls;
  }

  async ask(): Promise<'silent'> {
    return 'silent';
  }

  async close(): Promise<void> {
    this.#calls.end();
    for (const watches of this.#watches.values()) for (const watch of watches) watch.end();
  }

  #leave(session: string, watch: Watch): void {
    const watches = this.#watches.get(session);
    watches?.delete(watch);
    if (watches?.size !== 0) return;
    this.#watches.delete(session);
    this.#onDeserted?.(session);
  }
}

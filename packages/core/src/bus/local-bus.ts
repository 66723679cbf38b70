import type { BusMessage, EventBus } from '../ports/event-bus.ts';
import { Watch } from './watch.ts';

/** The bus of a server that runs alone: who watches is told in the same process. */
export class LocalBus implements EventBus {
  readonly #watches = new Map<string, Set<Watch>>();

  /** Sessions that somebody watches. */
  get watched(): number {
    return this.#watches.size;
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

  async close(): Promise<void> {
    for (const watches of this.#watches.values()) for (const watch of watches) watch.end();
  }

  #leave(session: string, watch: Watch): void {
    const watches = this.#watches.get(session);
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(session);
  }
}

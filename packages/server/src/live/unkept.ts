import type { LiveSession } from './live-session.ts';

/** Beyond this the oldest is given up. */
const capacity = 1_000;

/** Sessions that are over, while what they have said waits for the store. Bound: 1,000. */
export class Unkept {
  readonly #sessions = new Map<string, LiveSession>();

  /** Events of all of them. */
  get waitingEvents(): number {
    return [...this.#sessions.values()].reduce((sum, { outbox }) => sum + outbox.size, 0);
  }

  find(id: string): LiveSession | undefined {
    return this.#sessions.get(id);
  }

  /** Until it is kept. */
  async await(live: LiveSession): Promise<void> {
    this.#sessions.set(live.id, live);
    const [oldest] = this.#sessions.values();
    if (oldest && this.#sessions.size > capacity) {
      oldest.log.error(`${capacity} sessions wait for the store: the end of this one is not kept`);
      oldest.outbox.end();
    }
    await live.outbox.emptied();
    if (this.#sessions.get(live.id) === live) this.#sessions.delete(live.id);
  }

  /** Resolves when all are kept. */
  async emptied(): Promise<void> {
    for (const live of this.#sessions.values()) await live.outbox.emptied();
  }

  /** Gives up all of them. */
  end(): void {
    for (const live of this.#sessions.values()) live.outbox.end();
  }
}

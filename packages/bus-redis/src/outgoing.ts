import type { Letter } from './wire.ts';

/** At 500 messages a second, some seconds. */
const capacity = 4_096;

export interface Outbound {
  readonly to: string;
  readonly letter: Letter;
}

const isReplaceable = ({ letter }: Outbound): boolean =>
  letter.kind === 'said' && (letter.message.kind === 'heartbeat' || !('seq' in letter.message.event));

/**
 * What is still to be said to other servers, in order. Bound: 4,096 letters. When there are more, what is replaceable goes
 * first, then the oldest: whoever misses an event reads it from the store.
 */
export class Outgoing {
  #waiting: Outbound[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(outbound: Outbound): void {
    this.#waiting.push(outbound);
    if (this.#waiting.length <= capacity) return;
    this.#waiting = this.#waiting.filter((one) => !isReplaceable(one));
    // Half of it at once, so that this is not done for each one.
    if (this.#waiting.length > capacity / 2) this.#waiting.splice(0, this.#waiting.length - capacity / 2);
  }

  /** Drops what is no longer true after a while. */
  dropReplaceable(): void {
    this.#waiting = this.#waiting.filter((one) => !isReplaceable(one));
  }

  /** The oldest ones, by the server they are for. */
  take(most: number): ReadonlyMap<string, readonly Letter[]> {
    const letters = new Map<string, Letter[]>();
    for (const { to, letter } of this.#waiting.splice(0, most)) {
      const some = letters.get(to);
      if (some) some.push(letter);
      else letters.set(to, [letter]);
    }
    return letters;
  }
}

import type { Clock } from '../ports/clock.ts';
import type { Bound, Counters, Leased } from '../ports/counters.ts';
import { ExpiringMap } from './expiring-map.ts';

/** Sums are few, one per key and day; marks are one per token that may be used once, until it has expired. */
const mostSums = 100_000;
const mostMarks = 1_000_000;

/** The counters of a server that runs alone. */
export class LocalCounters implements Counters {
  readonly #held = new Map<string, number>();
  readonly #sums: ExpiringMap<number>;
  readonly #marks: ExpiringMap<true>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#sums = new ExpiringMap({ clock, most: mostSums });
    this.#marks = new ExpiringMap({ clock, most: mostMarks });
  }

  // Not `async`: what is counted here is counted at once, in the order of the calls.
  lease(bounds: readonly Bound[]): Promise<Leased> {
    const full = bounds.find(({ key, limit }) => this.#count(key) >= limit);
    if (full) return Promise.resolve({ granted: false, full });
    for (const { key } of bounds) this.#held.set(key, this.#count(key) + 1);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      for (const { key } of bounds) this.#giveBack(key);
    };
    return Promise.resolve({ granted: true, lease: { release } });
  }

  held(key: string): Promise<number> {
    return Promise.resolve(this.#count(key));
  }

  async add(key: string, amount: number, keepMs: number): Promise<number> {
    const sum = (this.#sums.get(key) ?? 0) + amount;
    // Who only asks leaves nothing behind.
    if (amount > 0) this.#sums.set(key, sum, keepMs);
    return sum;
  }

  async mark(key: string, keepMs: number): Promise<boolean> {
    if (this.#marks.get(key)) return false;
    this.#marks.set(key, true, keepMs);
    return true;
  }

  close(): Promise<void> {
    this.#held.clear();
    return Promise.resolve();
  }

  #count(key: string): number {
    return this.#held.get(key) ?? 0;
  }

  #giveBack(key: string): void {
    const left = this.#count(key) - 1;
    if (left > 0) this.#held.set(key, left);
    else this.#held.delete(key);
  }
}

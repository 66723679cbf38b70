import { StoreError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';

interface Entry<T> {
  value: T;
  readonly until: number;
}

export interface ExpiringMapOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly most: number;
}

/** Values that are forgotten after a time of their own. Bound: `most`; past that, nothing new is taken. */
export class ExpiringMap<T> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #most: number;
  readonly #entries = new Map<string, Entry<T>>();

  constructor({ clock, most }: ExpiringMapOptions) {
    this.#clock = clock;
    this.#most = most;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.until > this.#clock.now() ? entry.value : undefined;
  }

  /** Keeps how long the value lasts where there is one already. Throws `StoreError`. */
  set(key: string, value: T, keepMs: number): void {
    const now = this.#clock.now();
    const entry = this.#entries.get(key);
    if (entry && entry.until > now) {
      entry.value = value;
      return;
    }
    this.#entries.delete(key);
    if (this.#entries.size >= this.#most) this.#forget(now);
    if (this.#entries.size >= this.#most) {
      throw new StoreError('store_unavailable', 'This server counts as much as it can hold.');
    }
    this.#entries.set(key, { value, until: now + keepMs });
  }

  #forget(now: number): void {
    for (const [key, { until }] of this.#entries) if (until <= now) this.#entries.delete(key);
  }
}

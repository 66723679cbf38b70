import { Deferred } from './deferred.ts';

interface Waiter<T> {
  readonly type: string;
  readonly nth: number;
  readonly found: Deferred<T>;
}

/** Events in the order they passed, and waits for those to come. Bound: the newest `capacity` are kept. */
export class Recorded<T extends { readonly type: string }> {
  readonly #capacity: number;
  #kept: T[] = [];
  readonly #counts = new Map<string, number>();
  #waiters: Waiter<T>[] = [];
  #ended: Error | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get events(): readonly T[] {
    return this.#kept;
  }

  push(event: T): void {
    const count = (this.#counts.get(event.type) ?? 0) + 1;
    this.#counts.set(event.type, count);
    this.#kept.push(event);
    // Dropped by the batch, so that a long connection does not move the whole array for every event.
    if (this.#kept.length > 2 * this.#capacity) this.#kept = this.#kept.slice(this.#kept.length - this.#capacity);
    for (const waiter of this.#waiters) {
      if (waiter.type === event.type && waiter.nth === count) waiter.found.resolve(event);
    }
  }

  /** The `nth` event of this type, from 1, past or to come; rejects when the connection ends before it. */
  async nth(type: string, nth: number): Promise<T> {
    const ofType = this.#kept.filter((event) => event.type === type);
    const dropped = (this.#counts.get(type) ?? 0) - ofType.length;
    if (nth <= dropped) throw new RangeError(`The record no longer holds the ${nth}. ${type}.`);
    const past = ofType[nth - 1 - dropped];
    if (past) return past;
    if (this.#ended) throw this.#ended;
    const found = new Deferred<T>();
    this.#waiters.push({ type, nth, found });
    return found.promise;
  }

  end(reason: Error): void {
    this.#ended = reason;
    for (const { found } of this.#waiters) found.reject(reason);
    this.#waiters = [];
  }
}

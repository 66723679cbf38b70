/**
 * Values from a producer to one reader, in order, with an end.
 *
 * Bound: `push` answers `false` once values of weight `capacity` wait; the producer then stops (pauses its socket, its
 * process) until `room` resolves. `merge` lets a value replace the newest waiting one, so that what is replaceable never piles up.
 */
export interface SubscriptionOptions<T> {
  readonly capacity: number;
  /** What one value counts against the capacity; 1 by default. */
  readonly weigh?: (value: T) => number;
  /** The value that stands for both, or `undefined` to keep them apart. */
  readonly merge?: (waiting: T, next: T) => T | undefined;
}

type Ending = { readonly error: unknown } | { readonly error?: never };

export class Subscription<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #merge: SubscriptionOptions<T>['merge'];
  readonly #weigh: (value: T) => number;
  #waiting: T[] = [];
  #weight = 0;
  #ending: Ending | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeProducers: (() => void)[] = [];
  #hasReader = false;

  constructor(options: SubscriptionOptions<T>) {
    this.#capacity = options.capacity;
    this.#merge = options.merge;
    this.#weigh = options.weigh ?? (() => 1);
  }

  /** Whether more is welcome. After the end values are dropped, which is as welcome as anything. */
  push(value: T): boolean {
    if (this.#ending) return true;
    const newest = this.#waiting.at(-1);
    const merged = newest === undefined ? undefined : this.#merge?.(newest, value);
    if (merged !== undefined && newest !== undefined) {
      this.#weight -= this.#weigh(newest);
      this.#waiting.pop();
    }
    const kept = merged ?? value;
    this.#waiting.push(kept);
    this.#weight += this.#weigh(kept);
    this.#wakeReader?.();
    return this.#weight < this.#capacity;
  }

  /** Resolves when there is room again, or the reader is gone. */
  async room(): Promise<void> {
    while (!this.#ending && this.#weight >= this.#capacity) {
      await new Promise<void>((resolve) => this.#wakeProducers.push(resolve));
    }
  }

  /** No more values; what waits is still read. */
  end(): void {
    this.#finish({});
  }

  /** No more values; the reader throws `error` after what waits. The first ending counts. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  get ended(): boolean {
    return this.#ending !== undefined;
  }

  #finish(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#wakeReader?.();
    this.#releaseProducers();
  }

  #releaseProducers(): void {
    const waiting = this.#wakeProducers;
    if (waiting.length === 0) return;
    this.#wakeProducers = [];
    for (const wake of waiting) wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    if (this.#hasReader) throw new TypeError('A subscription has one reader.');
    this.#hasReader = true;
    try {
      for (;;) {
        const batch = this.#waiting;
        if (batch.length > 0) {
          // Taken one by one, so that a merge still finds what the reader has not taken.
          const value = batch.shift() as T;
          this.#weight -= this.#weigh(value);
          if (this.#weight < this.#capacity) this.#releaseProducers();
          yield value;
        } else if (this.#ending) {
          if ('error' in this.#ending) throw this.#ending.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
          this.#wakeReader = undefined;
        }
      }
    } finally {
      this.#waiting = [];
      this.#weight = 0;
      this.#finish({});
    }
  }
}

/**
 * Values from a producer to one reader, in order, with an end.
 *
 * Bound: `push` answers `false` once `capacity` values wait; the producer then stops (pauses its socket, its process)
 * until `room` resolves. `merge` lets a value replace the newest waiting one, so that what is replaceable never piles up.
 */
export interface SubscriptionOptions<T> {
  readonly capacity: number;
  /** The value that stands for both, or `undefined` to keep them apart. */
  readonly merge?: (waiting: T, next: T) => T | undefined;
}

type Ending = { readonly error: unknown } | { readonly error?: never };

export class Subscription<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #merge: SubscriptionOptions<T>['merge'];
  #waiting: T[] = [];
  #ending: Ending | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeProducers: (() => void)[] = [];
  #hasReader = false;

  constructor(options: SubscriptionOptions<T>) {
    this.#capacity = options.capacity;
    this.#merge = options.merge;
  }

  /** Whether more is welcome. After the end values are dropped, which is as welcome as anything. */
  push(value: T): boolean {
    if (this.#ending) return true;
    const newest = this.#waiting.at(-1);
    const merged = newest === undefined ? undefined : this.#merge?.(newest, value);
    if (merged === undefined) this.#waiting.push(value);
    else this.#waiting[this.#waiting.length - 1] = merged;
    this.#wakeReader?.();
    return this.#waiting.length < this.#capacity;
  }

  /** Resolves when less than the capacity waits, or the reader is gone. */
  async room(): Promise<void> {
    while (!this.#ending && this.#waiting.length >= this.#capacity) {
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
          if (batch.length < this.#capacity) this.#releaseProducers();
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
      this.#finish({});
    }
  }
}

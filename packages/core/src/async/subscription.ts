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

/** Who waits for a value: to be given it, or to be told that there is one. */
type Reader<T> =
  | { readonly takes: true; resolve(result: IteratorResult<T, undefined>): void; reject(error: unknown): void }
  | { readonly takes: false; resolve(isThere: boolean): void; reject(error: unknown): void };

const over = { done: true, value: undefined } as const;

export class Subscription<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #merge: SubscriptionOptions<T>['merge'];
  readonly #weigh: SubscriptionOptions<T>['weigh'];
  #waiting: T[] = [];
  #weight = 0;
  #ending: Ending | undefined;
  /** Waits for a value: then no value waits. */
  #reader: Reader<T> | undefined;
  #wakeProducers: (() => void)[] = [];
  #hasReader = false;

  constructor(options: SubscriptionOptions<T>) {
    this.#capacity = options.capacity;
    this.#merge = options.merge;
    this.#weigh = options.weigh;
  }

  /** Whether more is welcome. After the end values are dropped, which is as welcome as anything. */
  push(value: T): boolean {
    if (this.#ending) return true;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader?.takes === true) {
      reader.resolve({ done: false, value });
      return true;
    }
    reader?.resolve(true);
    const newest = this.#waiting.at(-1);
    const merged = newest === undefined ? undefined : this.#merge?.(newest, value);
    if (merged !== undefined && newest !== undefined) {
      this.#weight -= this.#weightOf(newest);
      this.#waiting.pop();
    }
    const kept = merged ?? value;
    this.#waiting.push(kept);
    this.#weight += this.#weightOf(kept);
    return !this.isFull;
  }

  /** Whether a producer should wait for `room`. */
  get isFull(): boolean {
    return this.#weight >= this.#capacity && !this.#ending;
  }

  /** Resolves when there is room again, or the reader is gone. */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#wakeProducers.push(resolve));
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

  /** By hand and no generator: that would make three promises of each value where one is enough. */
  [Symbol.asyncIterator](): Required<Pick<AsyncIterableIterator<T, undefined>, 'next' | 'return'>> & AsyncIterable<T> {
    if (this.#hasReader) throw new TypeError('A subscription has one reader.');
    this.#hasReader = true;
    const iterator = {
      next: () => this.#next(),
      return: () => this.#leave(),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /**
   * Whether there is a value to `take`; `false` at the end, and throws where the iterator would. Instead of iterating, for a
   * reader that must not hold on to the last value while it waits for the next.
   */
  ready(): boolean | Promise<boolean> {
    if (this.#waiting.length > 0) return true;
    if (this.#ending) return this.#ended(this.#ending, false);
    return new Promise((resolve, reject) => {
      this.#reader = { takes: false, resolve, reject };
    });
  }

  /** The oldest value that waits. To be called after `ready` has said that there is one. */
  take(): T {
    if (this.#waiting.length === 0) throw new RangeError('Nothing waits to be taken.');
    // Taken one by one, so that a merge still finds what the reader has not taken.
    const value = this.#waiting.shift() as T;
    this.#weight -= this.#weightOf(value);
    if (this.#wakeProducers.length > 0 && !this.isFull) this.#releaseProducers();
    return value;
  }

  #next(): Promise<IteratorResult<T, undefined>> {
    if (this.#waiting.length > 0) return Promise.resolve({ done: false, value: this.take() });
    if (this.#ending) return this.#ended(this.#ending, over);
    return new Promise((resolve, reject) => {
      this.#reader = { takes: true, resolve, reject };
    });
  }

  /** An error is thrown once; after it there is only the end. */
  #ended<R>(ending: Ending, result: R): Promise<R> {
    if (!('error' in ending)) return Promise.resolve(result);
    this.#ending = {};
    return Promise.reject(ending.error);
  }

  #leave(): Promise<IteratorResult<T, undefined>> {
    this.#waiting = [];
    this.#weight = 0;
    this.#finish({});
    return Promise.resolve(over);
  }

  #finish(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#releaseProducers();
    const reader = this.#reader;
    this.#reader = undefined;
    if (!reader) return;
    if ('error' in ending) {
      this.#ending = {};
      reader.reject(ending.error);
    } else if (reader.takes) {
      reader.resolve(over);
    } else {
      reader.resolve(false);
    }
  }

  #weightOf(value: T): number {
    return this.#weigh ? this.#weigh(value) : 1;
  }

  #releaseProducers(): void {
    const waiting = this.#wakeProducers;
    this.#wakeProducers = [];
    for (const wake of waiting) wake();
  }
}

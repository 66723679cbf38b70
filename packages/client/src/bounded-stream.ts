export interface BoundedStreamOptions<T> {
  /** The most that may wait for the reader, as `weigh` counts it. */
  readonly capacity: number;
  /** What one value counts against the capacity; 1 by default. */
  readonly weigh?: (value: T) => number;
  /** Whether `next` says everything that the newest waiting value says, and takes its place. */
  readonly replaces?: (waiting: T, next: T) => boolean;
  /** What the reader is told when more would have to wait: nothing is dropped in silence. */
  readonly overflow: () => Error;
}

type Ending = { readonly failed: false } | { readonly failed: true; readonly error: unknown };

/** Values for one reader, in order. A reader too slow for the capacity gets what waits and then the overflow's error. */
export class BoundedStream<T> implements AsyncIterable<T> {
  readonly #options: BoundedStreamOptions<T>;
  #waiting: T[] = [];
  #weight = 0;
  #ending: Ending | undefined;
  #hasReader = false;
  #wakeReader: (() => void) | undefined;

  constructor(options: BoundedStreamOptions<T>) {
    this.#options = options;
  }

  /** Answers whether the value was taken; once it was not, none will be. */
  push(value: T): boolean {
    if (this.#ending) return false;
    const { capacity, replaces, overflow } = this.#options;
    const newest = this.#waiting.at(-1);
    if (newest !== undefined && replaces?.(newest, value)) {
      this.#waiting.pop();
      this.#weight -= this.#weigh(newest);
    }
    if (this.#weight + this.#weigh(value) > capacity) {
      this.fail(overflow());
      return false;
    }
    this.#waiting.push(value);
    this.#weight += this.#weigh(value);
    this.#wakeReader?.();
    return true;
  }

  /** No more values; what waits is still read. The first ending counts. */
  end(): void {
    this.#finish({ failed: false });
  }

  /** No more values; the reader throws `error` after what waits. */
  fail(error: unknown): void {
    this.#finish({ failed: true, error });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    if (this.#hasReader) throw new TypeError('There is one reader already.');
    this.#hasReader = true;
    try {
      for (;;) {
        const value = this.#waiting.shift();
        if (value !== undefined) {
          this.#weight -= this.#weigh(value);
          yield value;
        } else if (this.#ending) {
          if (this.#ending.failed) throw this.#ending.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
        }
      }
    } finally {
      this.#waiting = [];
      this.end();
    }
  }

  #weigh(value: T): number {
    return this.#options.weigh?.(value) ?? 1;
  }

  #finish(ending: Ending): void {
    this.#ending ??= ending;
    this.#wakeReader?.();
  }
}

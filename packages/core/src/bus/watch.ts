import type { BusMessage } from '../ports/event-bus.ts';

/** A burst of finals after a stall of the engine, and as much again. */
const capacity = 512;

const over = { done: true, value: undefined } as const;

/**
 * What one watcher of a session has not read yet. Of partials one waits, the newest.
 *
 * Bound: 512 messages. A watcher that has so many to read is told the number of the newest event in their place, and so
 * that it has missed some: they are in the store.
 */
export class Watch implements AsyncIterableIterator<BusMessage> {
  readonly #onEnd: () => void;
  #waiting: BusMessage[] = [];
  #wake: ((result: IteratorResult<BusMessage>) => void) | undefined;
  #ended = false;

  /** `onEnd` is called once, when nobody reads any more. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(message: BusMessage): void {
    if (this.#ended) return;
    const wake = this.#wake;
    if (wake) {
      this.#wake = undefined;
      wake({ done: false, value: message });
      return;
    }
    const newest = this.#waiting.at(-1);
    if (newest && seqOf(newest) === undefined) this.#waiting.pop();
    this.#waiting.push(message);
    if (this.#waiting.length > capacity) this.#forget();
  }

  /** Each call waits for the one before it. */
  next(): Promise<IteratorResult<BusMessage>> {
    const value = this.#waiting.shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#ended) return Promise.resolve(over);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Wakes a `next` that waits, too. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting = [];
    this.#wake?.(over);
    this.#onEnd();
  }

  return(): Promise<IteratorResult<BusMessage>> {
    this.end();
    return Promise.resolve(over);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #forget(): void {
    const seq = Math.max(...this.#waiting.map((message) => seqOf(message) ?? 0));
    this.#waiting = [{ kind: 'heartbeat', seq }];
  }
}

/** The number of the last event that a message knows of; `undefined` for what is replaceable. */
export function seqOf(message: BusMessage): number | undefined {
  if (message.kind === 'heartbeat') return message.seq;
  return 'seq' in message.event ? message.event.seq : undefined;
}

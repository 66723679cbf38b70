import { joinSamples, msToSamples, samplesToMs } from '@live-transcribe/audio';
import type { Work } from './scheduler.ts';
import { sampleRate, type Utterances } from './utterances.ts';

export type Order =
  | { readonly kind: 'audio'; readonly samples: Int16Array }
  | { readonly kind: 'commit' | 'clear' | 'finish' };

/** Some audio at least counts for every order: none is for nothing. */
const orderMs = 20;

/**
 * Audio that waits is heard so much at a time at most: each hearing has its cost, and more than this would make others wait. A stream
 * that keeps up is heard as it comes. 400 ms.
 */
const mostAtOnce = msToSamples(400, sampleRate);

/** One stream's orders, in their order. Bound: the gateway sends no more audio than a second ahead of what it is told was heard. */
export class WorkerStream implements Work {
  readonly #utterances: Utterances;
  readonly #orders: Order[] = [];
  readonly #done: (order: Order) => void;

  /** `done` is called after each order; after audio that was heard together once, with all of it. */
  constructor(utterances: Utterances, done: (order: Order) => void) {
    this.#utterances = utterances;
    this.#done = done;
  }

  push(order: Order): void {
    this.#orders.push(order);
  }

  get isWaiting(): boolean {
    return this.#orders.length > 0;
  }

  step(): number | Promise<number> {
    const order = this.#next();
    if (order === undefined) return 0;
    const doing = this.#obey(order);
    return doing ? doing.then(() => this.#finished(order)) : this.#finished(order);
  }

  /** With audio comes what waits right behind it. */
  #next(): Order | undefined {
    const order = this.#orders.shift();
    if (order?.kind !== 'audio') return order;
    const pieces = [order.samples];
    let count = order.samples.length;
    for (let behind = this.#orders[0]; behind?.kind === 'audio'; behind = this.#orders[0]) {
      count += behind.samples.length;
      if (count > mostAtOnce) break;
      pieces.push(behind.samples);
      this.#orders.shift();
    }
    return pieces.length === 1 ? order : { kind: 'audio', samples: joinSamples(pieces) };
  }

  #obey(order: Order): Promise<void> | undefined | void {
    if (order.kind === 'audio') return this.#utterances.hear(order.samples);
    return this.#utterances[order.kind]();
  }

  #finished(order: Order): number {
    this.#done(order);
    return order.kind === 'audio' ? samplesToMs(order.samples.length, sampleRate) : orderMs;
  }
}

import { samplesToMs } from '@live-transcribe/audio';
import type { Work } from './scheduler.ts';
import { sampleRate, type Utterances } from './utterances.ts';

export type Order =
  | { readonly kind: 'audio'; readonly samples: Int16Array }
  | { readonly kind: 'commit' | 'clear' | 'finish' };

/** Some audio at least counts for every order: none is for nothing. */
const orderMs = 20;

/** One stream's orders, in their order. Bound: the gateway sends no more audio than a second ahead of what it is told was heard. */
export class WorkerStream implements Work {
  readonly #utterances: Utterances;
  readonly #orders: Order[] = [];
  readonly #done: (order: Order) => void;

  /** `done` is called after each order. */
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
    const order = this.#orders.shift();
    if (order === undefined) return 0;
    const doing = this.#obey(order);
    return doing ? doing.then(() => this.#finished(order)) : this.#finished(order);
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

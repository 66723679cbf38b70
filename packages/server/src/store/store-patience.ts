import { type Clock, passes } from '@live-transcribe/core';

/** Clients are told of an event that could not be kept within this time all the same. */
const patienceMs = 2_000;

/** Somebody who waits for the store. */
export interface StoreWait {
  /** The wait is over, one way or the other. */
  end(): void;
}

interface Wait extends StoreWait {
  readonly due: number;
  readonly onLate: () => void;
  isOver: boolean;
}

/**
 * How long anybody waits for the store: 2 s, and once somebody has waited for so long nobody else does, until it answers.
 * There is a wait for every final, and all last equally long: one timer serves them all, in the order of their coming.
 */
export class StorePatience {
  readonly #clock: Clock;
  /** While somebody waits, or has lately. */
  #watching: AbortController | undefined;
  /** Those that are over are let go when the timer comes to them. */
  #waits: Wait[] = [];
  /** How many are not over. */
  #open = 0;
  #isOut = false;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the store has lately kept somebody waiting for as long as anybody waits. */
  get isOut(): boolean {
    return this.#isOut;
  }

  /** Begins a wait; `onLate` is called, once, when patience is out before it is over. */
  begin(onLate: () => void): StoreWait {
    const due = this.#clock.now() + patienceMs;
    const wait: Wait = { due, onLate, isOver: false, end: () => this.#end(wait) };
    this.#open += 1;
    this.#waits.push(wait);
    if (!this.#watching) {
      this.#watching = new AbortController();
      void this.#watch(this.#watching.signal);
    }
    return wait;
  }

  /** The store has kept something. */
  answered(): void {
    this.#isOut = false;
  }

  /** Leaves no timer behind when those who wait still have waited. */
  close(): void {
    this.#isClosed = true;
    this.#rest();
  }

  #end(wait: Wait): void {
    if (wait.isOver) return;
    wait.isOver = true;
    this.#open -= 1;
    this.#rest();
  }

  #rest(): void {
    if (!this.#isClosed || this.#open > 0) return;
    this.#watching?.abort();
    this.#watching = undefined;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    for (let oldest = this.#oldest(); oldest; oldest = this.#oldest()) {
      const left = oldest.due - this.#clock.now();
      if (left <= 0) this.#runOut();
      else if (!(await passes(this.#clock, left, signal))) return;
    }
    this.#watching = undefined;
  }

  #oldest(): Wait | undefined {
    const first = this.#waits.findIndex(({ isOver }) => !isOver);
    this.#waits.splice(0, first === -1 ? this.#waits.length : first);
    return this.#waits[0];
  }

  #runOut(): void {
    this.#isOut = true;
    const late = this.#waits;
    this.#waits = [];
    for (const wait of late) {
      if (wait.isOver) continue;
      wait.end();
      wait.onLate();
    }
  }
}

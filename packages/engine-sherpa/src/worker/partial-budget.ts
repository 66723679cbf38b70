/** Of the process's time. The rest is for finals, which nobody may wait for longer than needed. */
const share = 0.25;
/** Time that was not used is not saved up beyond this. */
const mostSavedMs = 2_000;

/** How much time may go into partials: decoding an utterance again and again must not cost more than it is worth. */
export class PartialBudget {
  readonly #now: () => number;
  #at: number;
  #leftMs = mostSavedMs * share;

  /** `now` in ms. */
  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** Whether there is time for one that takes so long. */
  allows(tookMs: number): boolean {
    const now = this.#now();
    this.#leftMs = Math.min(this.#leftMs + (now - this.#at) * share, Math.max(mostSavedMs * share, tookMs));
    this.#at = now;
    return this.#leftMs >= tookMs;
  }

  spend(tookMs: number): void {
    this.#leftMs -= tookMs;
  }
}

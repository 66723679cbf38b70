import { type Clock, passes } from '@live-transcribe/core';

/**
 * Calls on everybody who takes part, again and again: one timer for all, however many there are, and none where there is
 * nobody. Who joins is called on sooner the first time.
 */
export class Rounds {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #visits = new Set<() => void>();
  /** While somebody takes part. */
  #walking: AbortController | undefined;

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** `visit` is called until it leaves, and must not throw. */
  join(visit: () => void): void {
    this.#visits.add(visit);
    if (this.#walking) return;
    this.#walking = new AbortController();
    void this.#walk(this.#walking.signal);
  }

  leave(visit: () => void): void {
    this.#visits.delete(visit);
    if (this.#visits.size > 0) return;
    this.#walking?.abort();
    this.#walking = undefined;
  }

  async #walk(signal: AbortSignal): Promise<void> {
    while (await passes(this.#clock, this.#everyMs, signal)) for (const visit of this.#visits) visit();
  }
}

import type { Clock } from '@live-transcribe/core';

interface Waiter {
  readonly until: number;
  readonly ms: number;
  wake(): void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = 0;
  #waiters = new Set<Waiter>();
  #watchers = new Set<() => void>();

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = () => {
        this.#waiters.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        until: this.#now + ms,
        ms,
        wake: () => {
          this.#waiters.delete(waiter);
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      for (const watch of [...this.#watchers]) watch();
    });
  }

  /** Moves the time on, waking whoever is due. */
  advance(ms: number): void {
    this.#now += ms;
    for (const waiter of [...this.#waiters]) if (waiter.until <= this.#now) waiter.wake();
  }

  /** The waits under way, in ms as they were asked for. */
  get waiting(): number[] {
    return [...this.#waiters].map((waiter) => waiter.ms);
  }

  /** Resolves when a wait that satisfies `matches` (asked for in ms) is under way. */
  async untilWaiting(matches: (ms: number) => boolean = () => true): Promise<void> {
    while (!this.waiting.some(matches)) {
      await new Promise<void>((resolve) => {
        const watch = () => {
          this.#watchers.delete(watch);
          resolve();
        };
        this.#watchers.add(watch);
      });
    }
  }
}

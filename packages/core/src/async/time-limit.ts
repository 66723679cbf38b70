import type { Clock } from '../ports/clock.ts';

export interface TimeLimit {
  readonly ms: number;
  readonly clock: Clock;
  /** Ends the watch, as the end of the work does. */
  readonly signal?: AbortSignal;
  /** Called when the work takes longer; it is for the caller to end it. */
  readonly onLate: () => void;
}

/** Does `work` under a time limit, and leaves no timer behind. */
export async function withTimeLimit<T>({ ms, clock, signal, onLate }: TimeLimit, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const ends = signal ? AbortSignal.any([done.signal, signal]) : done.signal;
  const watch = clock.wait(ms, ends).then(onLate, () => undefined);
  try {
    return await work();
  } finally {
    done.abort();
    await watch;
  }
}

import type { Clock } from '../ports/clock.ts';

export interface TimeLimit {
  readonly ms: number;
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Called when the work takes longer; it is for the caller to end it. */
  readonly onLate: () => void;
}

/** Does `work` under a time limit, and leaves no timer behind. */
export async function withTimeLimit<T>(limit: TimeLimit, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const watch = limit.clock
    .wait(limit.ms, AbortSignal.any([done.signal, limit.signal]))
    .then(limit.onLate, () => undefined);
  try {
    return await work();
  } finally {
    done.abort();
    await watch;
  }
}

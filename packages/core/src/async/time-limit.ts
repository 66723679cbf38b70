import type { Clock } from '../ports/clock.ts';

export interface TimeLimit {
  readonly ms: number;
  readonly clock: Clock;
  /** Ends the watch, as the end of the work does. */
  readonly signal?: AbortSignal;
  /** Called when the work takes longer; it is for the caller to end it. */
  readonly onLate: () => void;
}

/** One for all: without a reason each would make an error with a stack of its own. */
const workIsDone = new Error('The work is done.');

/** Does `work` under a time limit, and leaves no timer behind. */
export async function withTimeLimit<T>({ ms, clock, signal, onLate }: TimeLimit, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const ends = signal ? AbortSignal.any([done.signal, signal]) : done.signal;
  const watch = clock.wait(ms, ends).then(onLate, () => undefined);
  try {
    return await work();
  } finally {
    done.abort(workIsDone);
    await watch;
  }
}

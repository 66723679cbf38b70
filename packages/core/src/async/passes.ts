import type { Clock } from '../ports/clock.ts';

/** Whether `ms` pass before `signal` is aborted. Never rejects. */
export const passes = (clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> =>
  clock.wait(ms, signal).then(
    () => !signal.aborted,
    () => false,
  );

import { setTimeout as sleep } from 'node:timers/promises';

/** How long is waited for what, in ms. */
export interface Waits {
  /** For the beginning of an answer. */
  readonly answerMs: number;
  /** For the next bytes of a body. */
  readonly stallMs: number;
  /** Attempts in a row that bring less than `worthwhileBytes`. */
  readonly attempts: number;
  /** The same for a server of which nothing has come yet: where there is no network, waiting does not bring it. */
  readonly firstAttempts: number;
  /** So much of a file makes an attempt a good one, after which counting begins anew. */
  readonly worthwhileBytes: number;
  /** Before the second attempt; twice as long before each further one, up to `longestDelayMs`. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** For another process that works on the same model. */
  readonly lockMs: number;
}

/** A gigabyte on a slow line takes an hour, so nothing here limits the whole. */
export const usualWaits: Waits = {
  answerMs: 30_000,
  stallMs: 30_000,
  attempts: 8,
  firstAttempts: 3,
  worthwhileBytes: 256 * 1024,
  firstDelayMs: 1_000,
  longestDelayMs: 30_000,
  lockMs: 6 * 3_600_000,
};

/** Before attempt `failures` + 1; with a random part, so that many machines do not come back at once. */
export function delayBefore(
  failures: number,
  { firstDelayMs, longestDelayMs }: Waits,
  asked: number | undefined,
): number {
  if (asked !== undefined) return Math.min(asked, 2 * longestDelayMs);
  const longest = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
  return longest * (0.5 + Math.random() / 2);
}

/** Rejects when `signal` is aborted. */
export const wait = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal });

/** Time as an argument: tests move it by hand. */
export interface Clock {
  /** Milliseconds, from any origin; never runs backwards. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first, and leaves no timer behind. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal.addEventListener('abort', onAbort, { once: true });
    }),
};

/** Resolves when `signal` is aborted; for signals that end with the work they are for, since the wait cannot be taken back. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

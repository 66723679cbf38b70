export interface Deadline {
  /** Milliseconds; without them there is no end to it but the signal. */
  readonly withinMs?: number;
  /** What to throw when the time is up. */
  readonly late?: () => Error;
  readonly signal?: AbortSignal | undefined;
}

/** What `promise` becomes, unless the time is up or the signal aborts first. Does not cancel the work itself. */
export async function byDeadline<T>(promise: Promise<T>, { withinMs, late, signal }: Deadline): Promise<T> {
  signal?.throwIfAborted();
  let giveUp: () => void = () => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const gaveUp = new Promise<never>((_resolve, reject) => {
    if (withinMs !== undefined) timer = setTimeout(() => reject(late?.()), withinMs);
    giveUp = () => reject(signal?.reason);
    signal?.addEventListener('abort', giveUp);
  });
  try {
    return await Promise.race([promise, gaveUp]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

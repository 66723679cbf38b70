import { TranscriptionError } from './errors.ts';

/** Milliseconds: at once for the eye, later so seldom that a server that starts is not trampled. */
const firstDelay = 250;
const longestDelay = 10_000;

/** When to try again: ever later, at random, and not for ever. */
export class Backoff {
  readonly #giveUpMs: number;
  #tries = 0;
  #lostAt: number | undefined;

  constructor(giveUpSeconds: number) {
    this.#giveUpMs = giveUpSeconds * 1000;
  }

  /** It has worked. */
  reset(): void {
    this.#tries = 0;
    this.#lostAt = undefined;
  }

  /** Resolves when it is time to try again; throws `connection_lost` once that has been in vain for too long. */
  async wait(cause: unknown, signal: AbortSignal | undefined): Promise<void> {
    const now = Date.now();
    this.#lostAt ??= now;
    const left = this.#lostAt + this.#giveUpMs - now;
    if (left <= 0) {
      throw new TranscriptionError('connection_lost', 'The connection was lost, and did not come back.', { cause });
    }
    const delay = Math.min(firstDelay * 2 ** this.#tries++, longestDelay) * (0.5 + Math.random() / 2);
    await sleep(Math.min(delay, left), signal);
  }
}

/** Until the time is over, or the browser says that the network or the person is back; throws the signal's reason. */
async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const over = new AbortController();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    over.signal.addEventListener('abort', () => clearTimeout(timer));
    signal?.addEventListener('abort', () => resolve(), { signal: over.signal });
    onReturn(resolve, over.signal);
  });
  over.abort();
  signal?.throwIfAborted();
}

/** Calls when the browser is online again, or the page is looked at again. Does nothing outside of pages. */
export function onReturn(listener: () => void, signal: AbortSignal): void {
  globalThis.addEventListener?.('online', listener, { signal });
  globalThis.document?.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') listener();
    },
    { signal },
  );
}

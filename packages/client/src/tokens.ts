import { byDeadline } from './deadline.ts';
import { TranscriptionError } from './errors.ts';
import type { Token } from './options.ts';

const fetchWithinMs = 10_000;
/** The server's codes for a token that does not do, or not any more. */
const refusals: readonly string[] = ['token_expired', 'unauthorized'];

export const isRefusal = (code: string): boolean => refusals.includes(code);

/** Keeps a token for as long as the server takes it. */
export class Tokens {
  readonly #token: Token | undefined;
  #current: string | undefined;

  constructor(token: Token | undefined) {
    this.#token = token;
  }

  /** Whether another can be had in place of one that does not do. */
  get renewable(): boolean {
    return typeof this.#token === 'function';
  }

  forget(): void {
    this.#current = undefined;
  }

  async get(signal: AbortSignal | undefined): Promise<string | undefined> {
    if (typeof this.#token !== 'function') return this.#token;
    this.#current ??= await this.#fetch(this.#token, signal);
    return this.#current;
  }

  async #fetch(token: Exclude<Token, string>, signal: AbortSignal | undefined): Promise<string> {
    const failed = (cause?: unknown) =>
      new TranscriptionError('token_unavailable', 'No token could be fetched.', { cause, retryable: true });
    // Called within a promise, so that what it throws at once is a rejection too.
    const fetching = Promise.resolve()
      .then(token)
      .catch((cause: unknown) => Promise.reject(failed(cause)));
    return byDeadline(fetching, { withinMs: fetchWithinMs, late: failed, signal });
  }
}

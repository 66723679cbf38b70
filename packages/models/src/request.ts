import { ModelsError } from './models-error.ts';
import type { Waits } from './waits.ts';

const mostRedirects = 5;

export interface RequestOptions {
  readonly headers?: Record<string, string>;
  readonly signal: AbortSignal;
  readonly waits: Waits;
}

/** An answer and its bytes; `bytes` throws when they stop coming. */
export interface Answer {
  readonly response: Response;
  readonly bytes: () => AsyncIterable<Uint8Array>;
  /** Lets go of the connection. */
  readonly drop: () => void;
}

/** The answer to GET, whatever its status; follows redirects, never from https to http. */
export async function request(url: string, options: RequestOptions): Promise<Answer> {
  let address = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const answer = await ask(address, options);
    const location = answer.response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(answer.response.status) || location === null) return answer;
    answer.drop();
    address = follow(address, location);
  }
  throw new ModelsError('refused', `${url} leads from one address to the next, more than ${mostRedirects} times.`);
}

function follow(from: string, location: string): string {
  const next = URL.canParse(location, from) ? new URL(location, from) : undefined;
  const isWeb = next?.protocol === 'https:' || next?.protocol === 'http:';
  if (next === undefined || !isWeb || (from.startsWith('https:') && next.protocol === 'http:')) {
    throw new ModelsError('refused', `${from} leads to ${location}, which is not an address to be trusted.`);
  }
  return next.href;
}

async function ask(url: string, { headers, signal, waits }: RequestOptions): Promise<Answer> {
  const ending = new AbortController();
  const watch = new Watch(ending);
  const both = AbortSignal.any([signal, ending.signal]);
  try {
    watch.expect(waits.answerMs, `${url} has not answered within ${waits.answerMs / 1000} s.`);
    const response = await fetch(url, {
      // What is asked for is the file itself: its length means nothing otherwise. With a range `fetch` adds this by itself.
      headers: headers?.['range'] === undefined ? { 'accept-encoding': 'identity', ...headers } : headers,
      redirect: 'manual',
      signal: both,
    });
    watch.rest();
    const drop = () => ending.abort();
    return { response, drop, bytes: () => bytesOf(response, url, waits.stallMs, watch, signal) };
  } catch (thrown) {
    watch.rest();
    throw asNetworkFault(thrown, url, signal);
  }
}

async function* bytesOf(
  { body }: Response,
  url: string,
  stallMs: number,
  watch: Watch,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (body === null) return;
  try {
    watch.expect(stallMs, `${url} has sent nothing for ${stallMs / 1000} s.`);
    for await (const bytes of body) {
      // The reader's own work, on a slow disk, is not the sender's silence.
      watch.rest();
      yield bytes;
      watch.expect(stallMs, `${url} has sent nothing for ${stallMs / 1000} s.`);
    }
  } catch (thrown) {
    throw asNetworkFault(thrown, url, signal);
  } finally {
    watch.rest();
  }
}

/** Ends a request whose next step does not come in time. */
class Watch {
  readonly #ending: AbortController;
  #timer: NodeJS.Timeout | undefined;

  constructor(ending: AbortController) {
    this.#ending = ending;
  }

  expect(ms: number, otherwise: string): void {
    this.rest();
    this.#timer = setTimeout(() => {
      this.#ending.abort(new ModelsError('unreachable', otherwise, { retryable: true }));
    }, ms);
  }

  rest(): void {
    clearTimeout(this.#timer);
  }
}

function asNetworkFault(thrown: unknown, url: string, signal: AbortSignal): unknown {
  if (signal.aborted || thrown instanceof ModelsError) return thrown;
  return new ModelsError('unreachable', `${new URL(url).host} cannot be reached: ${reasonOf(thrown)}.`, {
    cause: thrown,
    retryable: true,
  });
}

/** `fetch failed` says nothing; its innermost cause does. */
function reasonOf(thrown: unknown): string {
  let error = thrown;
  while (error instanceof Error && error.cause instanceof Error) error = error.cause;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) error = error.errors[0];
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}

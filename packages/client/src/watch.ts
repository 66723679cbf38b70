import { fullAddress } from './address.ts';
import { Backoff } from './backoff.ts';
import { TranscriptionError } from './errors.ts';
import type { ErrorEvent, SessionInfo } from './messages.ts';
import type { Token } from './options.ts';
import { parseServerMessage } from './parse-message.ts';
import { serverSentEvents } from './sse.ts';
import { isRefusal, Tokens } from './tokens.ts';
import { TranscriptFeed } from './transcript-feed.ts';

export interface WatchOptions {
  /** Of `/v1/transcriptions`, as the speaker has it. */
  readonly url: string | URL;
  /** The session's id. */
  readonly session: string;
  readonly token?: Token;
  /** How long a lost connection is tried anew before the watching fails; 300 by default. */
  readonly giveUpSeconds?: number;
  readonly signal?: AbortSignal;
}

const defaultGiveUpSeconds = 300;
/** The server sends a comment every 15 s. */
const silenceMs = 40_000;
/** What a server that is out of breath answers, or one that limits how often it is asked. */
const passing: ReadonlySet<number> = new Set([408, 429]);

/** Follows a session from its beginning, and for as long as it lives. */
export function watch(options: WatchOptions): WatchedTranscription {
  return new WatchedTranscription(options);
}

/** What others say, as it is said: the same data, events and iterable as a transcription of one's own. */
export class WatchedTranscription extends TranscriptFeed {
  readonly #options: WatchOptions;
  readonly #tokens: Tokens;
  readonly #backoff: Backoff;
  readonly #closed = new AbortController();
  readonly #signal: AbortSignal;
  #session: SessionInfo | undefined;
  #lastId = '';
  #renewed = false;

  constructor(options: WatchOptions) {
    super();
    this.#options = options;
    this.#tokens = new Tokens(options.token);
    this.#backoff = new Backoff(options.giveUpSeconds ?? defaultGiveUpSeconds);
    const { signal } = options;
    this.#signal = signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
    this.setState('connecting');
    // Ends by itself, and tells by state and readers how.
    void this.#run();
  }

  get session(): SessionInfo | undefined {
    return this.#session;
  }

  /** No more is wanted: readers end. */
  close(): void {
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    try {
      while (!(await this.#follow())) {
        this.setState('reconnecting');
        await this.#backoff.wait(undefined, this.#signal);
      }
      this.end();
    } catch (error) {
      if (this.#closed.signal.aborted) this.end();
      else if (this.#signal.aborted) this.abort(error);
      else this.fail(error);
    }
  }

  /** One connection; answers whether the session has ended. Throws what makes another one pointless. */
  async #follow(): Promise<boolean> {
    const connection = new AbortController();
    const signal = AbortSignal.any([this.#signal, connection.signal]);
    const give = () => connection.abort();
    let watchdog = setTimeout(give, silenceMs);
    try {
      const body = await this.#open(signal);
      if (body === undefined) return true;
      for await (const { id, data } of serverSentEvents(body)) {
        clearTimeout(watchdog);
        watchdog = setTimeout(give, silenceMs);
        this.#lastId = id || this.#lastId;
        if (data === '') continue;
        this.#backoff.reset();
        if (this.#hear(data)) return true;
      }
      return false;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof TranscriptionError && !error.retryable) throw error;
      return false;
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** The body of events; `undefined` where nothing follows. */
  async #open(signal: AbortSignal): Promise<ReadableStream<Uint8Array> | undefined> {
    const { url, session } = this.#options;
    const address = new URL(`sessions/${encodeURIComponent(session)}/events`, fullAddress(url));
    const token = await this.#tokens.get(signal);
    address.protocol = address.protocol.replace('ws', 'http');
    const headers = new Headers({ accept: 'text/event-stream' });
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    if (this.#lastId !== '') headers.set('last-event-id', this.#lastId);
    const response = await fetch(address, { headers, signal, cache: 'no-store' });
    if (response.status === 204) return undefined;
    if (!response.ok || response.body === null) throw await this.#refusal(response);
    this.#renewed = false;
    this.setState('live');
    return response.body;
  }

  async #refusal(response: Response): Promise<TranscriptionError> {
    const { status } = response;
    const said = parseIfMessage(await response.text().catch(() => ''));
    const byStatus =
      status === 401 || status === 403 ? 'unauthorized' : status === 404 ? 'session_unknown' : 'internal';
    const code = said?.code ?? byStatus;
    const refused = isRefusal(code);
    const retryable = refused ? this.#tokens.renewable && !this.#renewed : status >= 500 || passing.has(status);
    if (refused) this.#tokens.forget();
    this.#renewed = refused;
    return new TranscriptionError(code, said?.message ?? `The server answered with ${status}.`, { retryable });
  }

  /** Answers whether this was the last. */
  #hear(data: string): boolean {
    const message = parseServerMessage(data)?.message;
    if (message === undefined || message.kind === 'covered') return false;
    if (message.kind === 'started') {
      this.#session = message.session;
      return false;
    }
    this.take(message);
    return message.kind === 'ended';
  }
}

/** Errors over HTTP have the form of those over sockets; a proxy's have not. */
function parseIfMessage(text: string): ErrorEvent | undefined {
  try {
    const message = parseServerMessage(text)?.message;
    return message?.kind === 'error' ? message : undefined;
  } catch {
    return undefined;
  }
}

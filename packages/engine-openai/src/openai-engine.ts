import { type Engine, EngineError, type RecognitionOptions } from '@live-transcribe/core';
import { mintClientSecret } from './client-secret.ts';
import { type Endpoints, endpointsAt } from './endpoints.ts';
import { OpenAISession } from './openai-session.ts';
import { redactor } from './redact.ts';
import { sampleRate, transcriptionSession } from './transcription-session.ts';
import type { Warn } from './upstream-warnings.ts';

export interface OpenAIEngineOptions {
  readonly apiKey: string;
  /** As in `OPENAI_BASE_URL`, for example `https://api.openai.com/v1`; `http:` gives `ws:`. */
  readonly baseUrl: string;
  readonly warn: Warn;
  /** From asking for a secret until the session takes audio, in ms; 10,000 when absent. */
  readonly connectTimeoutMs?: number;
}

const defaultConnectTimeoutMs = 10_000;
/** What a header can carry; anything else is a mistake in copying, and would stand in the error of whoever sends it. */
const printable = /^[\x21-\x7e]+$/;

/** OpenAI's Realtime transcription API. Throws `TypeError` for a key or an address that cannot be one. */
export function createOpenAIEngine(options: OpenAIEngineOptions): Engine {
  if (!printable.test(options.apiKey))
    throw new TypeError('The OpenAI API key is empty, or holds spaces or line breaks.');
  return new OpenAIEngine(options);
}

class OpenAIEngine implements Engine {
  readonly id = 'openai';
  readonly sampleRate = sampleRate;
  readonly features = { languages: 'any', caveat: undefined } as const;
  readonly #options: OpenAIEngineOptions;
  readonly #endpoints: Endpoints;
  /** One for each recognition from the call of `open` to its end. */
  readonly #lives = new Set<AbortController>();
  readonly #sessions = new Set<OpenAISession>();
  #isClosed = false;

  constructor(options: OpenAIEngineOptions) {
    this.#options = options;
    this.#endpoints = endpointsAt(options.baseUrl);
  }

  readiness() {
    return { ready: true } as const;
  }

  async open(options: RecognitionOptions, signal: AbortSignal): Promise<OpenAISession> {
    signal.throwIfAborted();
    if (this.#isClosed) throw closed();
    const life = new AbortController();
    const onAbort = () => life.abort(signal.reason);
    const release = () => {
      signal.removeEventListener('abort', onAbort);
      this.#lives.delete(life);
    };
    signal.addEventListener('abort', onAbort);
    this.#lives.add(life);
    const limitMs = this.#options.connectTimeoutMs ?? defaultConnectTimeoutMs;
    const limit = setTimeout(() => life.abort(late(limitMs)), limitMs);
    try {
      const session = await this.#connect(options, life.signal);
      void session.closed.then(release);
      return session;
    } catch (thrown) {
      release();
      throw life.signal.aborted ? life.signal.reason : thrown;
    } finally {
      clearTimeout(limit);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const life of this.#lives) life.abort(closed());
    await Promise.all([...this.#sessions].map((session) => session.closed));
  }

  async #connect(options: RecognitionOptions, signal: AbortSignal): Promise<OpenAISession> {
    const { apiKey, warn } = this.#options;
    const { clientSecrets, realtime } = this.#endpoints;
    const session = transcriptionSession(options);
    const redactKey = redactor([apiKey]);
    const secret = await mintClientSecret({ url: clientSecrets, apiKey, session, signal, redact: redactKey });
    signal.throwIfAborted();
    const redact = redactor([apiKey, secret]);
    const opening = new OpenAISession({ url: realtime, secret, session, signal, redact, warn });
    this.#sessions.add(opening);
    void opening.closed.then(() => this.#sessions.delete(opening));
    await opening.opened;
    return opening;
  }
}

const closed = () => new EngineError('engine_lost', 'The engine has been closed.', { retryable: false });

const late = (ms: number) => new EngineError('engine_timeout', `OpenAI did not answer within ${ms / 1000} s.`);

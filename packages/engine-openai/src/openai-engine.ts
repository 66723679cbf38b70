import {
  type Clock,
  type Engine,
  EngineError,
  LeftOut,
  type RecognitionOptions,
  systemClock,
  type TranscribeOptions,
  type Transcription,
} from '@live-transcribe/core';
import { mintClientSecret } from './client-secret.ts';
import type { CreateDetector } from './detector.ts';
import { asSocket, type Dialect, type DialectName, dialectAt, dialectNamed, parseBaseUrl } from './dialects.ts';
import { Lifetime } from './lifetime.ts';
import { OpenAISession } from './openai-session.ts';
import type { Prices } from './prices.ts';
import { Rounds } from './rounds.ts';
import { serviceOf } from './service.ts';
import { type SessionDefaults, sessionWishes } from './session-settings.ts';
import type { GateSilence } from './silence-gate.ts';
import { transcribeFile } from './transcribe.ts';
import { type SessionPlan, sampleRate, sessionPlan } from './transcription-session.ts';
import type { Warn } from './upstream-warnings.ts';
import { lookEveryMs } from './watch.ts';

export interface OpenAIEngineOptions {
  /** May be absent where the dialect needs none; then nothing is said of who we are. */
  readonly apiKey?: string | undefined;
  /** As in `OPENAI_BASE_URL`, for example `https://api.openai.com/v1`; `http:` gives `ws:`. */
  readonly baseUrl: string;
  readonly warn: Warn;
  /** What only somebody who looks closely wants to know; nobody when absent. */
  readonly debug?: Warn;
  /** What kind of server it is; found from its address when absent. */
  readonly dialect?: DialectName;
  /** What holds for every session that says nothing else. */
  readonly session?: SessionDefaults;
  /** A voice activity detector for each session; without one only the service finds the ends of utterances. */
  readonly createDetector?: CreateDetector;
  /** Off when absent; only with a detector. */
  readonly gateSilence?: GateSilence;
  /** How long one session of the service may last where it does not say so itself, in ms; 60 min when absent. */
  readonly maxSessionMs?: number;
  /** From asking for a secret until the session takes audio, in ms; 10,000 when absent. */
  readonly connectTimeoutMs?: number;
  /** For an estimate of what sessions cost; none when absent. */
  readonly prices?: Prices;
  readonly clock?: Clock;
}

const defaultConnectTimeoutMs = 10_000;
const defaultMaxSessionMs = 60 * 60_000;
/** What a header can carry; anything else is a mistake in copying, and would stand in the error of whoever sends it. */
const printable = /^[\x21-\x7e]+$/;

/** OpenAI's Realtime transcription API. Throws `TypeError` for a key or an address that cannot be one. */
export function createOpenAIEngine(options: OpenAIEngineOptions): Engine {
  return new OpenAIEngine(options);
}

class OpenAIEngine implements Engine {
  readonly id = 'openai';
  readonly sampleRate = sampleRate;
  readonly features = { languages: 'any', caveat: undefined } as const;
  readonly #options: OpenAIEngineOptions;
  readonly #base: URL;
  readonly #dialect: Dialect;
  readonly #clock: Clock;
  readonly #leftOut: LeftOut;
  readonly #rounds: Rounds;
  /** One for each recognition and each request, from the call to its end. */
  readonly #lives = new Set<AbortController>();
  readonly #sessions = new Set<OpenAISession>();
  #isClosed = false;

  constructor(options: OpenAIEngineOptions) {
    this.#options = options;
    this.#base = parseBaseUrl(options.baseUrl);
    this.#dialect = options.dialect ? dialectNamed(options.dialect) : dialectAt(this.#base);
    this.#clock = options.clock ?? systemClock;
    this.#leftOut = new LeftOut(options.warn);
    this.#rounds = new Rounds(this.#clock, lookEveryMs);
    checkKey(options.apiKey, this.#dialect);
  }

  readiness() {
    return { ready: true } as const;
  }

  async open(options: RecognitionOptions, signal: AbortSignal): Promise<OpenAISession> {
    const { life, release } = this.#begin(signal);
    const limitMs = this.#options.connectTimeoutMs ?? defaultConnectTimeoutMs;
    const limit = setTimeout(() => life.abort(late(this.#dialect.service, limitMs)), limitMs);
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

  async transcribe(samples: Int16Array, options: TranscribeOptions, signal: AbortSignal): Promise<Transcription> {
    const { life, release } = this.#begin(signal);
    const { apiKey } = this.#options;
    try {
      return await transcribeFile(samples, {
        ...options,
        base: this.#base,
        dialect: this.#dialect,
        headers: this.#headers(apiKey),
        service: serviceOf(this.#dialect, apiKey),
        ...(this.#options.prices && { prices: this.#options.prices }),
        signal: life.signal,
      });
    } catch (thrown) {
      throw life.signal.aborted ? life.signal.reason : thrown;
    } finally {
      release();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const life of this.#lives) life.abort(closed());
    await Promise.all([...this.#sessions].map((session) => session.closed));
  }

  /** What ends with the caller's signal, and with the engine. */
  #begin(signal: AbortSignal): { readonly life: AbortController; readonly release: () => void } {
    signal.throwIfAborted();
    if (this.#isClosed) throw closed();
    const life = new AbortController();
    const onAbort = () => life.abort(signal.reason);
    signal.addEventListener('abort', onAbort);
    this.#lives.add(life);
    const release = () => {
      signal.removeEventListener('abort', onAbort);
      this.#lives.delete(life);
    };
    return { life, release };
  }

  async #connect(options: RecognitionOptions, signal: AbortSignal): Promise<OpenAISession> {
    const { warn, debug, maxSessionMs, gateSilence, createDetector, session } = this.#options;
    const { model } = options;
    const can = { service: this.#dialect.detectsTurns, gateway: createDetector !== undefined };
    const plan = sessionPlan(sessionWishes(options, session), can);
    this.#leftOut.tell(plan.leftOut, model);
    const { turns, request } = plan;
    const silence = turns.by === 'gateway' && turns.silenceMs !== undefined && { silenceMs: turns.silenceMs };
    const detector = createDetector?.({ sampleRate, ...silence });
    const { key, secret } = await this.#credential(plan, signal);
    const opening = new OpenAISession({
      service: serviceOf(this.#dialect, key, secret),
      url: asSocket(this.#dialect.realtime(this.#base, model)),
      headers: this.#headers(secret ?? key),
      plan,
      update: this.#dialect.update(request),
      detector,
      gateSilence,
      lifetime: new Lifetime(this.#clock.now(), maxSessionMs ?? defaultMaxSessionMs),
      clock: this.#clock,
      rounds: this.#rounds,
      signal,
      price: this.#options.prices?.get(model),
      warn,
      debug: debug ?? (() => undefined),
    });
    this.#sessions.add(opening);
    void opening.closed.then(() => this.#sessions.delete(opening));
    await opening.opened;
    return opening;
  }

  async #credential({ request: session }: SessionPlan, signal: AbortSignal) {
    const { apiKey: key } = this.#options;
    if (!this.#dialect.mintsSecrets) return { key, secret: undefined };
    const url = this.#dialect.clientSecrets(this.#base);
    const service = serviceOf(this.#dialect, key);
    const secret = await mintClientSecret({ url, headers: this.#headers(key), session, signal, service });
    signal.throwIfAborted();
    return { key, secret };
  }

  #headers(key: string | undefined): Readonly<Record<string, string>> {
    return key === undefined ? {} : this.#dialect.headers(key);
  }
}

function checkKey(key: string | undefined, { needsKey, name }: Dialect): void {
  if (key === undefined && needsKey) throw new TypeError(`Without an API key nothing speaks the dialect ${name}.`);
  if (key !== undefined && !printable.test(key)) {
    throw new TypeError('The API key is empty, or holds spaces or line breaks.');
  }
}

const closed = () => new EngineError('engine_lost', 'The engine has been closed.', { retryable: false });

const late = (service: string, ms: number) =>
  new EngineError('engine_timeout', `No answer came from ${service} within ${ms / 1000} s.`);

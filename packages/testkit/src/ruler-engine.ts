import { msToSamples, samplesToMs, streamMs } from '@live-transcribe/audio';
import {
  type Engine,
  EngineError,
  EngineEvents,
  type EngineSession,
  type RecognitionOptions,
  type TranscribeOptions,
  type Transcription,
} from '@live-transcribe/core';

/** Hz; low, so that a value of a sample for every position lasts 65 s. */
export const rulerRate = 1_000;
const lowest = -32_768;

/** Audio whose samples say where they stand: `from` and `count` in samples, at most 65,536 in all. */
export function rulerAudio(from: number, count: number): Int16Array {
  return Int16Array.from({ length: count }, (_, index) => lowest + from + index);
}

/** What goes wrong on one connection. Sample counts are those given to this connection. */
export interface RulerFault {
  readonly openError?: EngineError;
  /** Throws once it has heard this many samples. */
  readonly loseAfter?: number;
  /** Takes this many samples, then lets `write` wait until the connection is aborted. */
  readonly stallAfter?: number;
  /** Lets `open` wait until it is aborted. */
  readonly neverOpens?: boolean;
  /** Lets `finish` wait for ever. */
  readonly neverFinishes?: boolean;
  /** Asks for another connection once it has heard this many samples, and goes on as if nothing were. */
  readonly rotateAfter?: number;
  /** Which of its utterances, counted from 0, fail. */
  readonly fails?: readonly number[];
}

/** What becomes of one call of `transcribe`; by default it succeeds. */
export interface RulerTranscription {
  readonly error?: EngineError;
  /** Lets it wait until it is aborted. */
  readonly never?: boolean;
  /** Lets it wait for this. */
  readonly until?: Promise<void>;
}

export interface RulerEngineOptions {
  readonly utteranceMs?: number;
  /** Hz. */
  readonly sampleRate?: number;
  readonly faults?: readonly RulerFault[];
  /** Call n of `transcribe` meets the n-th. */
  readonly transcriptions?: readonly RulerTranscription[];
  /** Positions of the ruler, the last one excluded, where nobody speaks: they end an utterance, and are settled without one. */
  readonly silence?: { readonly from: number; readonly to: number };
}

/**
 * A recogniser of ruler audio: every `utteranceMs` it emits as text which samples it has heard, as `from-to`, so that
 * finals show what was lost, doubled or moved on the way. Connection n meets the n-th fault.
 */
export class RulerEngine implements Engine {
  readonly id = 'ruler';
  readonly sampleRate: number;
  readonly features = { languages: 'any', caveat: undefined } as const;
  readonly utterance: number;
  readonly connections: RulerConnection[] = [];
  /** What `transcribe` was asked: how many samples, and whether with words. */
  readonly transcribed: { readonly samples: number; readonly words: boolean }[] = [];
  readonly #silence: { readonly from: number; readonly to: number };
  #faults: RulerFault[];
  #transcriptions: RulerTranscription[];

  constructor(options: RulerEngineOptions = {}) {
    const { utteranceMs = 500, sampleRate = rulerRate, faults = [], transcriptions = [] } = options;
    this.sampleRate = sampleRate;
    this.utterance = msToSamples(utteranceMs, sampleRate);
    this.#faults = [...faults];
    this.#transcriptions = [...transcriptions];
    this.#silence = options.silence ?? { from: 0, to: 0 };
  }

  isSilent(position: number): boolean {
    return position >= this.#silence.from && position < this.#silence.to;
  }

  readiness() {
    return { ready: true } as const;
  }

  async open(_options: RecognitionOptions, signal: AbortSignal): Promise<EngineSession> {
    signal.throwIfAborted();
    const fault = this.#faults.shift() ?? {};
    if (fault.openError) throw fault.openError;
    if (fault.neverOpens) await aborted(signal);
    const connection = new RulerConnection(this, fault, signal);
    this.connections.push(connection);
    return connection;
  }

  /** Reads the ruler: one word for each stretch, timed from its first sample to its last. */
  async transcribe(samples: Int16Array, options: TranscribeOptions, signal: AbortSignal): Promise<Transcription> {
    signal.throwIfAborted();
    this.transcribed.push({ samples: samples.length, words: options.words });
    const { error, never, until } = this.#transcriptions.shift() ?? {};
    if (error) throw error;
    if (never) await aborted(signal);
    await until;
    const stretches = new Stretches();
    for (const sample of samples) stretches.add(sample - lowest);
    const words = stretches.words.map(({ text, start, end }) => ({ text, start: this.#ms(start), end: this.#ms(end) }));
    const audioSeconds = samples.length / this.sampleRate;
    return { text: stretches.text, usage: { audioSeconds }, ...(options.words && { words }) };
  }

  #ms(samples: number): number {
    return samplesToMs(samples, this.sampleRate);
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.events.fail(lost('The engine is closed.'));
  }
}

export class RulerConnection implements EngineSession {
  readonly events = new EngineEvents();
  readonly #engine: RulerEngine;
  readonly #fault: RulerFault;
  readonly #signal: AbortSignal;
  #heard = 0;
  #closedAt = 0;
  #closed = 0;
  /** What the open utterance has heard. */
  #stretches = new Stretches();

  constructor(engine: RulerEngine, fault: RulerFault, signal: AbortSignal) {
    this.#engine = engine;
    this.#fault = fault;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.events.fail(signal.reason), { once: true });
  }

  /** Samples given to this connection. */
  get heard(): number {
    return this.#heard;
  }

  async write(samples: Int16Array): Promise<void> {
    if (this.events.ended) return;
    for (const sample of samples) {
      if (this.#heard === this.#fault.loseAfter) return this.events.fail(lost('A fault was ordered here.'));
      if (this.#heard === this.#fault.stallAfter) return aborted(this.#signal).catch(() => undefined);
      this.#hear(sample - lowest);
      if (this.#heard === this.#fault.rotateAfter) this.events.push({ kind: 'rotate', reason: 'It was ordered here.' });
    }
    if (!this.#stretches.empty) this.events.push({ kind: 'hypothesis', ...this.#span(), text: this.#text() });
    await this.events.room();
  }

  async commit(): Promise<void> {
    this.#close();
  }

  async clear(): Promise<void> {
    this.#forget();
  }

  async finish(): Promise<void> {
    if (this.#fault.neverFinishes) return;
    this.#close();
    this.events.end();
  }

  #hear(position: number): void {
    if (this.#engine.isSilent(position)) return this.#rest();
    this.#stretches.add(position);
    this.#heard += 1;
    if (this.#heard - this.#closedAt === this.#engine.utterance) this.#close();
  }

  #rest(): void {
    this.#close();
    this.#heard += 1;
    this.#forget();
    this.events.push({ kind: 'settled', through: this.#span().end });
  }

  #close(): void {
    if (this.#stretches.empty) return;
    const span = this.#span();
    if (this.#fault.fails?.includes(this.#closed)) this.events.push({ kind: 'failed', ...span, error: failed() });
    else this.events.push({ kind: 'utterance', ...span, text: this.#text() });
    this.#closed += 1;
    this.events.push({ kind: 'settled', through: span.end });
    this.#forget();
  }

  #forget(): void {
    this.#stretches = new Stretches();
    this.#closedAt = this.#heard;
  }

  #text(): string {
    return this.#stretches.text;
  }

  #span() {
    const { sampleRate } = this.#engine;
    const start = streamMs(samplesToMs(this.#closedAt, sampleRate));
    return { start, end: streamMs(samplesToMs(this.#heard, sampleRate)), vendorEvent: 'ruler' };
  }
}

/** The stretches of the ruler that were heard one after the other; one, unless something was lost or moved. */
class Stretches {
  #stretches: { first: number; last: number }[] = [];

  add(position: number): void {
    const stretch = this.#stretches.at(-1);
    if (stretch?.last === position - 1) stretch.last = position;
    else this.#stretches.push({ first: position, last: position });
  }

  get empty(): boolean {
    return this.#stretches.length === 0;
  }

  get text(): string {
    return this.words.map(({ text }) => text).join(' ');
  }

  /** In samples since the first one. */
  get words(): { readonly text: string; readonly start: number; readonly end: number }[] {
    let end = 0;
    return this.#stretches.map(({ first, last }) => {
      const start = end;
      end += last - first + 1;
      return { text: `${first}-${last}`, start, end };
    });
  }
}

const failed = () => new EngineError('utterance_failed', 'A failure was ordered here.');

const lost = (message: string) => new EngineError('engine_lost', message);

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

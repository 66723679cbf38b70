import { msToSamples, samplesToMs, streamMs } from '@live-transcribe/audio';
import {
  type Engine,
  EngineError,
  EngineEvents,
  type EngineSession,
  type RecognitionOptions,
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
}

export interface RulerEngineOptions {
  readonly utteranceMs?: number;
  /** Hz. */
  readonly sampleRate?: number;
  readonly faults?: readonly RulerFault[];
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
  #faults: RulerFault[];

  constructor({ utteranceMs = 500, sampleRate = rulerRate, faults = [] }: RulerEngineOptions = {}) {
    this.sampleRate = sampleRate;
    this.utterance = msToSamples(utteranceMs, sampleRate);
    this.#faults = [...faults];
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
  /** The stretches of the ruler that the open utterance has heard; one, unless something was lost or moved. */
  #stretches: { first: number; last: number }[] = [];

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
    }
    if (this.#stretches.length > 0) this.events.push({ kind: 'hypothesis', ...this.#span(), text: this.#text() });
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
    const stretch = this.#stretches.at(-1);
    if (stretch?.last === position - 1) stretch.last = position;
    else this.#stretches.push({ first: position, last: position });
    this.#heard += 1;
    if (this.#heard - this.#closedAt === this.#engine.utterance) this.#close();
  }

  #close(): void {
    if (this.#stretches.length === 0) return;
    const span = this.#span();
    this.events.push({ kind: 'utterance', ...span, text: this.#text() });
    this.events.push({ kind: 'settled', through: span.end });
    this.#forget();
  }

  #forget(): void {
    this.#stretches = [];
    this.#closedAt = this.#heard;
  }

  #text(): string {
    return this.#stretches.map(({ first, last }) => `${first}-${last}`).join(' ');
  }

  #span() {
    const { sampleRate } = this.#engine;
    const start = streamMs(samplesToMs(this.#closedAt, sampleRate));
    return { start, end: streamMs(samplesToMs(this.#heard, sampleRate)), vendorEvent: 'ruler' };
  }
}

const lost = (message: string) => new EngineError('engine_lost', message);

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

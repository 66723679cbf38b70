import { msToSamples, samplesToMs, streamMs } from '@live-transcribe/audio';
import {
  type Engine,
  EngineError,
  EngineEvents,
  type EngineSession,
  type RecognitionOptions,
} from '@live-transcribe/core';

/** Low, so that 65 s of ruler audio have a position for every value of a sample. */
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

/**
 * A recogniser of ruler audio: every `utteranceMs` it emits as text which samples it has heard, as `from-to`, so that
 * finals show what was lost, doubled or moved on the way. Connection n meets the n-th fault.
 */
export class RulerEngine implements Engine {
  readonly id = 'ruler';
  readonly sampleRate = rulerRate;
  readonly features = { languages: 'any', caveat: undefined } as const;
  readonly utterance: number;
  readonly connections: RulerConnection[] = [];
  #faults: RulerFault[];

  constructor({ utteranceMs = 500, faults = [] }: { utteranceMs?: number; faults?: RulerFault[] } = {}) {
    this.utterance = msToSamples(utteranceMs, rulerRate);
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
    const connection = new RulerConnection(this.utterance, fault, signal);
    this.connections.push(connection);
    return connection;
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.events.fail(lost('The engine is closed.'));
  }
}

export class RulerConnection implements EngineSession {
  readonly events = new EngineEvents();
  readonly #utterance: number;
  readonly #fault: RulerFault;
  readonly #signal: AbortSignal;
  #heard = 0;
  #closedAt = 0;
  /** The stretches of the ruler that the open utterance has heard; one, unless something was lost or moved. */
  #stretches: { first: number; last: number }[] = [];

  constructor(utterance: number, fault: RulerFault, signal: AbortSignal) {
    this.#utterance = utterance;
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
    if (this.#heard - this.#closedAt === this.#utterance) this.#close();
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
    const start = streamMs(samplesToMs(this.#closedAt, rulerRate));
    return { start, end: streamMs(samplesToMs(this.#heard, rulerRate)), vendorEvent: 'ruler' };
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

import { availableParallelism, totalmem } from 'node:os';
import { type Engine, EngineError, type EngineReadiness, type RecognitionOptions } from '@live-transcribe/core';
import { DecoderProcess } from './decoder-process.ts';
import type { PocketSphinxFiles } from './find-pocketsphinx.ts';
import { sampleRate } from './utterances.ts';

export interface PocketSphinxEngineOptions {
  readonly files: PocketSphinxFiles;
  /** How many recognitions at once, at most; when absent, as many as cores and memory allow. */
  readonly maxDecoders?: number;
  /** How long a decoder may owe an answer before it is given up, in ms; 10,000 when absent. */
  readonly patienceMs?: number;
  readonly warn: (message: string, details: object) => void;
}

/** One takes a quarter of a core while somebody speaks, and about 110 MB that it shares with nobody. */
const decodersPerCore = 3;
const bytesPerDecoder = 150 * 1024 * 1024;
/** The rest is for the gateway and everything else on the machine. */
const shareOfMemory = 0.6;

/** A container may be given less memory than its machine has. */
function decodersHere(): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const fitting = Math.floor((memory * shareOfMemory) / bytesPerDecoder);
  return Math.max(1, Math.min(decodersPerCore * availableParallelism(), fitting));
}

/** Decoding a second of speech takes about 0.2 s, and a second is the most that a decoder is given at a time. */
const defaultPatienceMs = 10_000;

/** PocketSphinx with Debian's English model, each recognition in a process of its own. */
export function createPocketSphinxEngine(options: PocketSphinxEngineOptions): Engine {
  return new PocketSphinxEngine(options);
}

const caveat =
  'This server uses its embedded recogniser, which knows English only and whose accuracy is basic. Add an OpenAI key for better results.';

class PocketSphinxEngine implements Engine {
  readonly id = 'pocketsphinx';
  readonly sampleRate = sampleRate;
  readonly features = { languages: ['en'], caveat } as const;
  readonly #options: PocketSphinxEngineOptions;
  readonly #maxDecoders: number;
  readonly #processes = new Set<DecoderProcess>();
  /** The one that is kept ready, so that a recognition begins at once. */
  #spare: DecoderProcess | undefined;
  #isClosed = false;

  constructor(options: PocketSphinxEngineOptions) {
    this.#options = options;
    this.#maxDecoders = options.maxDecoders ?? decodersHere();
    this.#prepare();
  }

  readiness(): EngineReadiness {
    return this.#isFull ? { ready: false, reason: this.#full().message } : { ready: true };
  }

  async open(_options: RecognitionOptions, signal: AbortSignal): Promise<DecoderProcess> {
    signal.throwIfAborted();
    if (this.#isClosed) throw closed();
    if (this.#isFull) throw this.#full();
    const process = this.#spare ?? this.#start();
    this.#spare = undefined;
    process.take(signal);
    await process.ready;
    this.#prepare();
    return process;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const processes = [...this.#processes];
    for (const process of processes) process.end(closed());
    await Promise.all(processes.map(({ gone }) => gone));
  }

  get #isFull(): boolean {
    return this.#spare === undefined && this.#processes.size >= this.#maxDecoders;
  }

  #full(): EngineError {
    const many = this.#maxDecoders === 1 ? 'The only recogniser is' : `All ${this.#maxDecoders} recognisers are`;
    return new EngineError('engine_busy', `${many} in use. Please try again when somebody has finished.`);
  }

  /** Keeps one decoder ready where there is room; one that could not be loaded is tried again with the next recognition. */
  #prepare(): void {
    if (this.#isClosed || this.#spare !== undefined || this.#isFull) return;
    const spare = this.#start();
    this.#spare = spare;
    spare.ready.catch((error: unknown) => {
      // One that was still loading when the engine was closed has not failed.
      if (!this.#isClosed) this.#options.warn('a spare recogniser could not be started', { err: error });
    });
  }

  #start(): DecoderProcess {
    const process = new DecoderProcess(this.#options.files, this.#options.patienceMs ?? defaultPatienceMs);
    this.#processes.add(process);
    void process.gone.then(() => {
      this.#processes.delete(process);
      if (this.#spare === process) this.#spare = undefined;
      else this.#prepare();
    });
    return process;
  }
}

const closed = () => new EngineError('engine_lost', 'The engine has been closed.', { retryable: false });

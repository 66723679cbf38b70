import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EngineError, EngineEvents, type EngineSession, Patience } from '@live-transcribe/core';
import type { PocketSphinxFiles } from './find-pocketsphinx.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { sampleRate } from './utterances.ts';

/** The worker as built JavaScript, also where this file itself is read as TypeScript. */
const worker = fileURLToPath(import.meta.resolve('@live-transcribe/engine-pocketsphinx/worker'));

/** Samples that may be on their way to the decoder: 1 s. More of them would only wait there. */
const inFlightLimit = sampleRate;
type State =
  /** Waits for somebody to take it. */
  { readonly is: 'free' } | { readonly is: 'taken' } | { readonly is: 'finishing' } | { readonly is: 'ended' };

/** One process with one decoder, for one recognition; it is over when that is. */
export class DecoderProcess implements EngineSession {
  readonly events = new EngineEvents();
  /** Resolves when the decoder is loaded; rejects with an `EngineError` when it never will be. */
  readonly ready: Promise<void>;
  /** Resolves when nothing of the process is left. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  #state: State = { is: 'free' };
  readonly #patience: Patience;
  #inFlight = 0;
  #wakeWriter: (() => void) | undefined;
  #settleReady: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  #release: () => void = () => undefined;

  /** A decoder that owes an answer for `patienceMs` hangs, and is ended. */
  constructor(files: PocketSphinxFiles, patienceMs: number) {
    const hangs = () => this.#fail(new EngineError('engine_lost', noAnswer(patienceMs)));
    this.#patience = new Patience(patienceMs, () => this.#owesAnswer, hangs);
    this.#child = fork(worker, [], {
      serialization: 'advanced',
      execArgv: [],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    // Whoever waits for it is told; when nobody does, nobody needs to know.
    this.ready.catch(() => undefined);
    this.gone = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      // A process that could not be started has no exit.
      this.#child.on('error', () => this.#child.pid === undefined && resolve());
    });
    this.#child.on('message', (message: FromWorker) => this.#hear(message));
    this.#child.on('exit', (code, signal) => this.#fail(lost(signal ?? `code ${code}`)));
    this.#child.on('error', (cause) => this.#fail(lost('an error', cause)));
    this.#tell({ kind: 'open', ...files });
    this.#patience.expect();
  }

  get ended(): boolean {
    return this.#state.is === 'ended';
  }

  /** Begins the recognition, which `signal` ends. */
  take(signal: AbortSignal): void {
    this.#state = { is: 'taken' };
    const onAbort = () => this.#fail(signal.reason);
    signal.addEventListener('abort', onAbort);
    this.#release = () => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  }

  async write(samples: Int16Array): Promise<void> {
    if (this.#state.is !== 'taken') return;
    this.#patience.expect();
    this.#inFlight += samples.length;
    this.#tell({ kind: 'audio', samples });
    while (this.#inFlight > inFlightLimit && !this.ended) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
    await this.events.room();
  }

  async commit(): Promise<void> {
    if (this.#state.is === 'taken') this.#tell({ kind: 'commit' });
  }

  async clear(): Promise<void> {
    if (this.#state.is === 'taken') this.#tell({ kind: 'clear' });
  }

  async finish(): Promise<void> {
    if (this.#state.is !== 'taken') return;
    this.#patience.expect();
    this.#state = { is: 'finishing' };
    this.#tell({ kind: 'finish' });
  }

  /** Ends process and recognition at once; readers of `events` get `reason`. */
  end(reason: unknown): void {
    this.#fail(reason);
  }

  #hear(message: FromWorker): void {
    // What was on its way when the process was ended.
    if (this.ended) return;
    this.#patience.heard();
    switch (message.kind) {
      case 'ready':
        this.#settleReady?.resolve();
        this.#settleReady = undefined;
        return;
      case 'event':
        this.events.push(message.event);
        return;
      case 'heard':
        this.#inFlight -= message.samples;
        return this.#wakeWriter?.();
      case 'finished':
        return this.#over();
      case 'broken':
        return this.#fail(new EngineError('engine_unavailable', message.message));
      default:
        message satisfies never;
    }
  }

  #tell(message: ToWorker): void {
    // A channel that has closed is told by `exit`.
    this.#child.send(message, () => undefined);
  }

  get #owesAnswer(): boolean {
    return this.#settleReady !== undefined || this.#inFlight > 0 || this.#state.is === 'finishing';
  }

  #fail(reason: unknown): void {
    if (this.ended) return;
    this.events.fail(reason);
    this.#settleReady?.reject(reason);
    this.#over();
  }

  #over(): void {
    this.#state = { is: 'ended' };
    this.events.end();
    this.#patience.end();
    this.#release();
    this.#wakeWriter?.();
    this.#child.kill('SIGKILL');
  }
}

const lost = (how: string, cause?: unknown) =>
  new EngineError('engine_lost', `The recogniser's process ended (${how}).`, { cause });

const noAnswer = (ms: number) => `The recogniser gave no answer for ${ms / 1000} s.`;

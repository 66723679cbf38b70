import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EngineError, Patience } from '@live-transcribe/core';
import { Gathered } from './gathered.ts';
import { type BesideModel, besideModels, type LoadRequest, type OpenRequest, type ToldEvent } from './messages.ts';
import { lost, SherpaSession } from './sherpa-session.ts';
import type { Speakers } from './speakers.ts';
import { FrameReader, fromWorker, jsonFrame, readJson, readNumber, toWorker } from './wire.ts';

/** The worker as built JavaScript, also where this file itself is read as TypeScript. */
const worker = fileURLToPath(import.meta.resolve('@live-transcribe/engine-sherpa/worker'));

/** What the library says before it ends the process stands at the end of its errors: so much of them is kept. */
const errorBytes = 2_048;
/** A large model is read from a slow disk. */
const loadPatienceMs = 120_000;

type State = 'loading' | 'ready' | 'ended';

/** A process has ended. */
export interface Gone {
  /** What it said last, for the log. */
  readonly said: string;
  /** The further model that it was at work with. */
  readonly blamed?: BesideModel | undefined;
}

/** A process of one model, for many recognitions. */
export class RecogniserProcess {
  /** Resolves when the model is loaded; rejects with an `EngineError` when it never will be. */
  readonly ready: Promise<void>;
  /** Resolves when nothing of the process is left. */
  readonly gone: Promise<Gone>;
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #out: Gathered;
  readonly #sessions = new Map<number, SherpaSession>();
  readonly #loading: Patience;
  readonly #patience: Patience;
  #state: State = 'loading';
  #settleReady: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  #streams = 0;
  #costPerSession = 0;
  #errors = '';
  /** With which of its further models it is at work. */
  #atWork = '';
  #isKilled = false;

  /** A recogniser that owes an answer for `patienceMs` hangs, and is ended. */
  constructor(request: LoadRequest, patienceMs: number) {
    this.#child = spawn(process.execPath, [worker], { env: {}, stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
    // As `stdio` asks for it; both ends may read and write.
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#out = new Gathered(this.#channel);
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    // Whoever waits for it is told; when nobody does, nobody needs to know.
    this.ready.catch(() => undefined);
    this.gone = new Promise((resolve) => {
      this.#child.once('close', () => resolve({ said: this.#errors.trim(), blamed: this.#blamed }));
      // A process that could not be started has no end.
      this.#child.once('error', (error) => this.#child.pid === undefined && resolve({ said: error.message }));
    });
    const hangs = () => this.end(lost(`The recogniser gave no answer for ${patienceMs / 1000} s.`));
    this.#patience = new Patience(patienceMs, () => this.#owesAnswer, hangs);
    this.#loading = new Patience(loadPatienceMs, () => this.#state === 'loading', hangs);
    this.#listen();
    this.#loading.expect();
    this.#send(jsonFrame(toWorker.load, 0, request));
  }

  get state(): State {
    return this.#state;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** How much of the process a session takes, as measured: 0.05 where a second of audio takes 50 ms. 0 where not known. */
  get costPerSession(): number {
    return this.#costPerSession;
  }

  /** Begins a recognition, which `signal` ends; only while it is ready. `speakers`: whom its session has heard. */
  open(request: OpenRequest, signal: AbortSignal, speakers?: Speakers): SherpaSession {
    this.#streams += 1;
    const stream = this.#streams;
    const channel = { send: (bytes: Buffer) => this.#send(bytes), expect: () => this.#patience.expect() };
    const onEnd = () => this.#sessions.delete(stream);
    const session = new SherpaSession({ stream, channel, request, signal, speakers, onEnd });
    if (!signal.aborted) this.#sessions.set(stream, session);
    return session;
  }

  /** Ends the process and its recognitions at once; they get `reason`. */
  end(reason: unknown): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#patience.end();
    this.#loading.end();
    this.#settleReady?.reject(reason);
    for (const session of this.#sessions.values()) session.fail(reason);
    this.#child.kill('SIGKILL');
    this.#channel.destroy();
  }

  #listen(): void {
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-errorBytes);
    });
    // What it is at work with comes in lines, of which the last one counts.
    this.#child.stdio[4]?.on('data', (chunk: Buffer) => {
      this.#atWork = (this.#atWork + chunk.toString()).split('\n').slice(-2).join('\n');
    });
    this.#child.once('exit', (code, signal) => {
      this.#isKilled = signal === 'SIGKILL' && this.#state !== 'ended';
      this.end(this.#died(signal ?? `code ${code}`));
    });
    this.#child.once('error', (cause) => this.end(lost('The recogniser’s process could not be started.', cause)));
    const reader = new FrameReader((kind, stream, payload) => this.#hear(kind, stream, payload));
    this.#channel.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        this.end(lost('The recogniser’s process says what nobody understands.', error));
      }
    });
    // A channel that breaks is told by `exit`.
    this.#channel.on('error', () => undefined);
  }

  #died(how: string): EngineError {
    if (this.#state !== 'loading') return lost(`The recogniser’s process ended (${how}).`);
    return new EngineError('engine_unavailable', `The recogniser could not load its model (${how}).`);
  }

  #hear(kind: number, stream: number, payload: Buffer): void {
    // What was on its way when the process was ended.
    if (this.#state === 'ended') return;
    this.#patience.heard();
    switch (kind) {
      case fromWorker.ready:
        this.#costPerSession = readNumber(payload);
        this.#state = 'ready';
        this.#loading.end();
        return this.#settleReady?.resolve();
      case fromWorker.cost:
        this.#costPerSession = readNumber(payload);
        return;
      case fromWorker.events:
        return this.#sessions.get(stream)?.hear(readJson(payload) as ToldEvent[]);
      case fromWorker.heard:
        return this.#sessions.get(stream)?.heard(readNumber(payload));
      case fromWorker.finished:
        return this.#sessions.get(stream)?.finished();
      case fromWorker.broken:
        return this.end(new EngineError('engine_unavailable', `The recogniser failed: ${String(readJson(payload))}`));
      default:
        throw new Error(`A frame of kind ${kind} came from a recogniser.`);
    }
  }

  /** The further model that it ended in; not where somebody has killed it, who may do that at any moment. */
  get #blamed(): BesideModel | undefined {
    return this.#isKilled ? undefined : besideModels.find((model) => this.#atWork === `${model}\n`);
  }

  get #owesAnswer(): boolean {
    for (const session of this.#sessions.values()) if (session.owesAnswer) return true;
    return false;
  }

  #send(bytes: Buffer): void {
    if (this.#state !== 'ended') this.#out.write(bytes);
  }
}

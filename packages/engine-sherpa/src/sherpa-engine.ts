import { availableParallelism, totalmem } from 'node:os';
import {
  type Engine,
  EngineError,
  type EngineFeatures,
  type EngineReadiness,
  type EngineSession,
  type RecognitionOptions,
} from '@live-transcribe/core';
import { type HotwordOptions, Hotwords } from './hotwords.ts';
import type { Purpose, SherpaModel } from './model.ts';
import type { RecogniserProcess } from './recogniser-process.ts';
import { RecogniserSlot } from './recogniser-slot.ts';
import { Speakers } from './speakers.ts';

export interface SherpaEngineOptions extends HotwordOptions {
  readonly model: SherpaModel;
  /** Gives marks, and capitals, to the finals of a model that writes none. */
  readonly punctuation?: SherpaModel<'punctuation'>;
  /** Tells finals by who spoke them. */
  readonly speakers?: SherpaModel<'speakers'>;
  /** How many processes, each with the model in its memory; when absent as many as cores but one, and as memory allows. */
  readonly processes?: number;
  /** How many sessions at once, at most; when absent as many as the measured speed allows. */
  readonly maxSessions?: number;
  /** How long a recogniser may owe an answer before it is given up, in ms; when absent 10,000, or 60,000 for offline models. */
  readonly patienceMs?: number;
}

/** The library, and what a model takes beside its files. */
const bytesPerProcess = 150 * 1024 * 1024;
const memoryPerModelByte = 2;
/** The rest is for the gateway and everything else on the machine. */
const shareOfMemory = 0.6;
/** How busy a recogniser may become by sessions that all speak: what is above is for those that catch up, and for files. */
const busiest = 0.7;
/** What a session costs beside decoding, at least: its audio on its way, before there is a measure of it. */
const leastCost = 0.003;

const streamingPatienceMs = 10_000;
/** A large offline model takes its time over an utterance of 20 s, and says nothing meanwhile. */
const offlinePatienceMs = 60_000;

/** sherpa-onnx with a model of one's own, in processes of their own that serve many sessions each. */
export function createSherpaEngine(options: SherpaEngineOptions): Engine {
  return new SherpaEngine(options);
}

/** A container may be given less memory than its machine has. The gateway has a core for itself. */
function processesHere({ model, punctuation, speakers }: SherpaEngineOptions): number {
  const bytes = [model, punctuation, speakers].reduce((sum, one) => sum + (one?.bytes ?? 0), 0);
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const fitting = Math.floor((memory * shareOfMemory) / (bytesPerProcess + bytes * memoryPerModelByte));
  return Math.max(1, Math.min(availableParallelism() - 1, fitting));
}

const placeOf = <P extends Purpose>({ folder, description }: SherpaModel<P>) => ({ folder, description });

/**
 * It has no `transcribe`: nothing would ask for it. An utterance does not fail by itself: the process ends, and another hears its audio.
 * Words come with their final where the model has times, and a second look at the same model has no more of them.
 */
class SherpaEngine implements Engine {
  readonly id = 'sherpa';
  readonly sampleRate = 16_000;
  readonly features: EngineFeatures;
  readonly #options: SherpaEngineOptions;
  /** A session gives the same options to each of its recognitions: by them its speakers are known again. */
  readonly #speakers = new WeakMap<RecognitionOptions, Speakers>();
  readonly #slots: readonly RecogniserSlot[];
  readonly #hotwords: Hotwords;
  #isClosed = false;

  constructor(options: SherpaEngineOptions) {
    const { model, processes = processesHere(options), warn, punctuation, speakers } = options;
    const { folder, description } = model;
    const patienceMs =
      options.patienceMs ?? (description.kind.startsWith('offline-') ? offlinePatienceMs : streamingPatienceMs);
    this.#options = options;
    this.features = { languages: description.languages, caveat: description.caveat };
    this.#hotwords = new Hotwords(model, options);
    const slot = {
      request: () => ({ folder, description, search: this.#hotwords.search() }),
      beside: {
        now: {
          ...(punctuation && { punctuation: placeOf(punctuation) }),
          ...(speakers && { speakers: placeOf(speakers) }),
        },
      },
      patienceMs,
      warn,
    };
    this.#slots = Array.from({ length: processes }, () => new RecogniserSlot(slot));
  }

  readiness(): EngineReadiness {
    try {
      this.#place();
      if (!this.#slots.some(isPromising)) throw this.#unavailable();
      return { ready: true };
    } catch (error) {
      return { ready: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async open(options: RecognitionOptions, signal: AbortSignal): Promise<EngineSession> {
    const { language, words } = options;
    const hotwords = this.#hotwords.of(options);
    const request = {
      words,
      ...(language !== undefined && { language }),
      ...(hotwords.length > 0 && { hotwords }),
    };
    for (;;) {
      signal.throwIfAborted();
      const recogniser = this.#place();
      if (recogniser.state === 'ready') return recogniser.open(request, signal, this.#speakersOf(options));
      await abortable(recogniser.ready, signal);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#slots.map((slot) => slot.close(closed())));
    this.#hotwords.close();
  }

  #speakersOf(options: RecognitionOptions): Speakers | undefined {
    const { speakers: model } = this.#options;
    if (model === undefined) return undefined;
    const speakers = this.#speakers.get(options) ?? new Speakers(model.description.speakerThreshold);
    this.#speakers.set(options, speakers);
    return speakers;
  }

  /** The recogniser for another session: the one with the fewest, of those with room. Throws where there is none. */
  #place(): RecogniserProcess {
    if (this.#isClosed) throw closed();
    const running = this.#slots.flatMap(({ process }) => process ?? []);
    if (running.length === 0) throw this.#unavailable();
    const sessions = running.reduce((sum, process) => sum + process.sessions, 0);
    const { maxSessions } = this.#options;
    if (maxSessions !== undefined && sessions >= maxSessions) throw full(maxSessions);
    const withRoom = maxSessions === undefined ? running.filter(hasRoom) : running;
    const [first, ...others] = withRoom;
    if (first === undefined) throw full(sessions);
    return others.reduce((least, process) => (isBetter(process, least) ? process : least), first);
  }

  #unavailable(): EngineError {
    const faults = this.#slots.flatMap(({ fault }) => fault ?? []);
    const why = faults[0] ?? 'Its recogniser is being started.';
    return new EngineError(
      'engine_unavailable',
      `The model ${this.#options.model.name} cannot be used just now. ${why}`,
    );
  }
}

/** A process that is being started counts as ready, unless the one before it could not be. */
const isPromising = ({ process, fault }: RecogniserSlot) =>
  process?.state === 'ready' || (process !== undefined && fault === undefined);

const isBetter = (one: RecogniserProcess, other: RecogniserProcess) =>
  one.state === other.state ? one.sessions < other.sessions : one.state === 'ready';

/** Whether another session would leave those that are there in time. One at least is always served, slow as it may be. */
const hasRoom = ({ sessions, costPerSession }: RecogniserProcess) =>
  sessions === 0 || (sessions + 1) * Math.max(costPerSession, leastCost) <= busiest;

function full(sessions: number): EngineError {
  const many = sessions === 1 ? 'one session, which is' : `${sessions} sessions, which are`;
  return new EngineError(
    'engine_busy',
    `This machine recognises ${many} as many as it can. Please try again when somebody has finished.`,
  );
}

const closed = () => new EngineError('engine_lost', 'The engine has been closed.', { retryable: false });

/** `work`, or the signal's reason as soon as it is aborted. */
function abortable(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

import {
  applyEvent,
  type Connection,
  connect,
  type Microphone,
  type MicrophoneChunk,
  openMicrophone,
  type Segment,
  type SessionInfo,
  type TranscriptionEvent,
} from '@live-transcribe/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { noticeOf, type Problem, problemOf } from './problems.ts';

/**
 *   idle ─start─▶ asking ─microphone─▶ connecting ─session─▶ listening ─stop─▶ finishing ─last final─▶ idle
 *
 * Stopping while asking or connecting leads back to idle, and so does whatever goes wrong anywhere.
 */
export type Phase = 'idle' | 'asking' | 'connecting' | 'listening' | 'finishing';

export interface DictationOptions {
  /** Of `/v1/transcriptions`. */
  readonly url: URL;
  readonly workletUrl: string;
}

/** Hz: what the OpenAI engine takes as it is; twice what speech needs. */
const sampleRate = 24_000;
const silence = { peak: 0, rms: 0 };

/** One person speaking into one page: the microphone, the conversation with the server, and the text so far. */
export class Dictation {
  readonly #options: DictationOptions;
  readonly #phase = signal<Phase>('idle');
  readonly #problem = signal<Problem | undefined>(undefined);
  readonly #segments = signal<readonly Segment[]>([]);
  readonly #session = signal<SessionInfo | undefined>(undefined);
  readonly #level = signal<Pick<MicrophoneChunk, 'peak' | 'rms'>>(silence);
  /** Seconds of audio sent, all sessions since `clear` together. */
  readonly #heard = signal(0);
  #microphone: Microphone | undefined;
  #cancel: AbortController | undefined;

  constructor(options: DictationOptions) {
    this.#options = options;
  }

  get phase(): ReadonlySignal<Phase> {
    return this.#phase;
  }
  get problem(): ReadonlySignal<Problem | undefined> {
    return this.#problem;
  }
  /** Of all sessions since `clear`, numbered and timed on. */
  get segments(): ReadonlySignal<readonly Segment[]> {
    return this.#segments;
  }
  /** What the server said of the present or the latest session. */
  get session(): ReadonlySignal<SessionInfo | undefined> {
    return this.#session;
  }
  get level(): ReadonlySignal<Pick<MicrophoneChunk, 'peak' | 'rms'>> {
    return this.#level;
  }
  get heard(): ReadonlySignal<number> {
    return this.#heard;
  }

  /** Starts or stops, whichever there is to do. */
  toggle(language: string): void {
    switch (this.#phase.value) {
      case 'idle':
        // Ends by itself and tells by the signals how.
        void this.#run(language);
        return;
      case 'asking':
      case 'connecting':
        this.#cancel?.abort();
        return;
      case 'listening':
        void this.#microphone?.stop();
        return;
      case 'finishing':
        return;
      default:
        this.#phase.value satisfies never;
    }
  }

  /** Forgets the text; only while idle. */
  clear(): void {
    if (this.#phase.value !== 'idle') return;
    this.#segments.value = [];
    this.#heard.value = 0;
    this.#problem.value = undefined;
  }

  dismissProblem(): void {
    this.#problem.value = undefined;
  }

  async #run(language: string): Promise<void> {
    const cancel = new AbortController();
    this.#cancel = cancel;
    this.#problem.value = undefined;
    try {
      // The microphone first: nobody holds a recogniser while somebody looks for the button that allows it. What is said
      // while the server is called waits in the microphone's chunks.
      this.#phase.value = 'asking';
      const { workletUrl, url } = this.#options;
      const microphone = await openMicrophone({ sampleRate, workletUrl, signal: cancel.signal });
      this.#microphone = microphone;
      this.#phase.value = 'connecting';
      const connection = await connect({ url, language, sampleRate, signal: cancel.signal });
      this.#session.value = await connection.started;
      this.#phase.value = 'listening';
      await this.#converse(microphone, connection);
    } catch (thrown) {
      if (!cancel.signal.aborted) this.#problem.value = problemOf(thrown);
    } finally {
      cancel.abort();
      this.#level.value = silence;
      this.#phase.value = 'idle';
    }
  }

  /** Until both directions have ended. The connection's failure explains the microphone's, not the other way round. */
  async #converse(microphone: Microphone, connection: Connection): Promise<void> {
    const reading = this.#read(connection, microphone);
    const speaking = this.#speak(microphone, connection);
    for (const outcome of await Promise.allSettled([reading, speaking])) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
  }

  async #speak({ chunks }: Microphone, connection: Connection): Promise<void> {
    try {
      for await (const { samples, peak, rms } of chunks) {
        connection.send(samples);
        this.#level.value = { peak, rms };
        this.#heard.value += samples.length / sampleRate;
      }
    } finally {
      this.#phase.value = 'finishing';
      this.#level.value = silence;
      await connection.stop();
    }
  }

  async #read({ events }: Connection, microphone: Microphone): Promise<void> {
    const segment = (this.#segments.value.at(-1)?.index ?? -1) + 1;
    const seconds = this.#heard.value;
    try {
      for await (const event of events) {
        this.#segments.value = applyEvent(this.#segments.value, later(event, segment, seconds));
        if (event.kind === 'error') this.#problem.value = noticeOf(event.message);
      }
    } finally {
      await microphone.stop();
    }
  }
}

/** An event of a session that follows others: numbered and timed on from theirs. */
function later(event: TranscriptionEvent, segment: number, seconds: number): TranscriptionEvent {
  switch (event.kind) {
    case 'partial':
    case 'final':
      return { ...event, segment: event.segment + segment, start: event.start + seconds, end: event.end + seconds };
    case 'error':
      return event.segment === undefined ? event : { ...event, segment: event.segment + segment };
    case 'ended':
      return event;
    default:
      return event satisfies never;
  }
}
